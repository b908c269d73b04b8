import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Store, WriteContext } from '../store/store.ts';

export interface Passkey {
  id: string;
  name: string;
  created: number;
  used: number | null;
}

/** What a ceremony is bound to; kept with its challenge. */
export interface Ceremony {
  challenge: string;
  origin: string;
  domain: string;
}

const MOST_PASSKEYS = 20;
const RP_NAME = 'SentinelX';
/** COSE names of EdDSA, ES256 and RS256 (RFC 9053): every authenticator has one of them. */
const ALGORITHMS = [-8, -7, -257];

export type Passkeys = ReturnType<typeof openPasskeys>;

/** WebAuthn: discoverable credentials that verify their user, so that one of them is enough to sign in. */
export function openPasskeys(store: Store, publicUrl?: string) {
  /** Where a page may use passkeys: at the public address, or at `localhost`. Throws `passkey-address`. */
  function place(origin: string | undefined): Pick<Ceremony, 'origin' | 'domain'> {
    const wanted = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
    const url = URL.parse(origin ?? '');
    const domain = url?.hostname ?? '';
    if (url && (wanted === undefined ? domain === 'localhost' : url.origin === wanted)) {
      // Browsers know passkeys of names only.
      if (!/^[\d.]+$|:/.test(domain)) return { origin: url.origin, domain };
    }
    const better = wanted ?? `http://localhost${url?.port ? `:${url.port}` : ''}`;
    throw new SentinelError(
      'passkey-address',
      domain === '' || url === null
        ? 'A passkey is used by a page in a browser only.'
        : `Passkeys do not work at ${url.origin}: open ${better} instead.`,
    );
  }

  function rows(user: string) {
    return store.db.selectFrom('passkey').selectAll().where('user', '=', user).orderBy('created').execute();
  }

  async function list(user: string): Promise<Passkey[]> {
    return (await rows(user)).map(({ id, name, created, used }) => ({ id, name, created, used }));
  }

  async function registrationOptions(
    account: { id: string; login: string; name: string },
    origin: string | undefined,
  ): Promise<{ options: PublicKeyCredentialCreationOptionsJSON; ceremony: Ceremony }> {
    const at = place(origin);
    const known = await rows(account.id);
    if (known.length >= MOST_PASSKEYS)
      throw new SentinelError('not-possible-now', `An account has at most ${MOST_PASSKEYS} passkeys.`);
    const { generateRegistrationOptions } = await import('@simplewebauthn/server');
    const options = await generateRegistrationOptions({
      rpName: RP_NAME,
      rpID: at.domain,
      userName: account.login,
      userDisplayName: account.name,
      userID: new TextEncoder().encode(account.id),
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: known.map(({ id, transports }) => ({ id, transports: JSON.parse(transports) })),
    });
    return { options, ceremony: { ...at, challenge: options.challenge } };
  }

  /** What `add` stores. Throws `passkey-refused`. */
  async function verifyNew(response: RegistrationResponseJSON, ceremony: Ceremony) {
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const result = await verifyRegistrationResponse({
      response,
      expectedChallenge: ceremony.challenge,
      expectedOrigin: ceremony.origin,
      expectedRPID: ceremony.domain,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }).catch(refuse);
    if (!result.verified) throw refusal();
    return result.registrationInfo.credential;
  }

  async function add(
    { tx }: Pick<WriteContext, 'tx'>,
    user: string,
    made: { name: string; credential: Awaited<ReturnType<typeof verifyNew>> },
  ): Promise<Passkey> {
    const { id, publicKey, counter, transports } = made.credential;
    const known = await tx.selectFrom('passkey').select('id').where('id', '=', id).executeTakeFirst();
    if (known) throw new SentinelError('already-exists', 'This passkey is known already.');
    const row = {
      id,
      user,
      name: visibleText(made.name),
      public_key: Buffer.from(publicKey),
      counter,
      transports: JSON.stringify(transports ?? []),
      created: Date.now(),
      used: null,
    };
    await tx.insertInto('passkey').values(row).execute();
    return { id, name: row.name, created: row.created, used: null };
  }

  /** Of one account, or of whoever the authenticator knows. */
  async function requestOptions(
    user: string | null,
    origin: string | undefined,
  ): Promise<{ options: PublicKeyCredentialRequestOptionsJSON; ceremony: Ceremony }> {
    const at = place(origin);
    const known = user === null ? [] : await rows(user);
    const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
    const options = await generateAuthenticationOptions({
      rpID: at.domain,
      userVerification: 'required',
      allowCredentials: known.map(({ id, transports }) => ({ id, transports: JSON.parse(transports) })),
    });
    return { options, ceremony: { ...at, challenge: options.challenge } };
  }

  /** Whose passkey it is, and the new state of its counter. Throws `passkey-refused`. */
  async function verify(response: AuthenticationResponseJSON, ceremony: Ceremony) {
    const row = await store.db
      .selectFrom('passkey')
      .selectAll()
      .where('id', '=', response.id)
      .executeTakeFirst();
    if (!row) throw refusal();
    const { userHandle } = response.response;
    if (userHandle && Buffer.from(userHandle, 'base64url').toString() !== row.user) throw refusal();
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: ceremony.challenge,
      expectedOrigin: ceremony.origin,
      expectedRPID: ceremony.domain,
      requireUserVerification: true,
      credential: {
        id: row.id,
        publicKey: new Uint8Array(row.public_key),
        counter: row.counter,
        transports: JSON.parse(row.transports),
      },
    }).catch(refuse);
    if (!verified) throw refusal();
    return { id: row.id, user: row.user, counter: authenticationInfo.newCounter };
  }

  /** In the transaction of what it opens. A counter that did not go up is that of a copy; many passkeys have none (0). */
  async function use(
    { tx }: Pick<WriteContext, 'tx'>,
    passkey: { id: string; counter: number },
  ): Promise<void> {
    const result = await tx
      .updateTable('passkey')
      .set({ counter: passkey.counter, used: Date.now() })
      .where('id', '=', passkey.id)
      .where((e) => (passkey.counter === 0 ? e('counter', '=', 0) : e('counter', '<', passkey.counter)))
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) throw refusal();
  }

  async function rename(
    { tx }: Pick<WriteContext, 'tx'>,
    user: string,
    { id, name }: { id: string; name: string },
  ): Promise<Passkey> {
    const row = await tx
      .updateTable('passkey')
      .set({ name: visibleText(name) })
      .where('id', '=', id)
      .where('user', '=', user)
      .returning(['id', 'name', 'created', 'used'])
      .executeTakeFirst();
    if (!row) throw missing();
    return row;
  }

  async function remove({ tx }: Pick<WriteContext, 'tx'>, user: string, id: string): Promise<void> {
    const result = await tx
      .deleteFrom('passkey')
      .where('id', '=', id)
      .where('user', '=', user)
      .executeTakeFirst();
    if (result.numDeletedRows === 0n) throw missing();
  }

  return { list, registrationOptions, verifyNew, add, requestOptions, verify, use, rename, remove };
}

function missing(): SentinelError {
  return new SentinelError('not-found', 'You have no such passkey.');
}

/** The library says in words only what did not fit: the words go with the cause. */
function refuse(cause: unknown): never {
  throw refusal(cause);
}

export function refusal(cause?: unknown): SentinelError {
  return new SentinelError('passkey-refused', 'The passkey was not accepted.', { cause });
}
