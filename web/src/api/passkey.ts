import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';

/** The browser gave no passkey: the person said no or waited too long, it is known already, or it does not work here. */
export class PasskeyError extends Error {
  readonly reason: 'cancelled' | 'known' | 'impossible';

  constructor(reason: PasskeyError['reason'], cause: unknown) {
    super(`No passkey: ${reason}`, { cause });
    this.name = 'PasskeyError';
    this.reason = reason;
  }
}

/** Browsers offer passkeys only over HTTPS and on localhost. */
export function passkeysWork(): boolean {
  return window.PublicKeyCredential !== undefined;
}

export async function makePasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  return startRegistration({ optionsJSON: options }).catch(refuse);
}

export async function answerWithPasskey(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  return startAuthentication({ optionsJSON: options }).catch(refuse);
}

function refuse(error: unknown): never {
  const name = error instanceof Error ? error.name : '';
  if (name === 'InvalidStateError') throw new PasskeyError('known', error);
  throw new PasskeyError(
    name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'impossible',
    error,
  );
}
