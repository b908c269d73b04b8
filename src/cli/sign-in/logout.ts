import { SentinelError } from '../../lib/errors.ts';
import { ownTokenRevoke } from '../../operations/tokens.ts';
import { forgetLogin, loginAt } from '../connect/credentials.ts';
import { openRemote } from '../connect/remote.ts';
import type { GlobalOptions } from '../globals.ts';
import { print } from '../print.ts';
import { wantedServer } from './login.ts';

/** The token is forgotten in any case; when it could not be revoked, that is said and the exit code is 1. */
export async function logoutCommand(options: GlobalOptions): Promise<void> {
  const url = wantedServer(options);
  const login = loginAt(url);
  if (!login) throw new SentinelError('not-found', `Nobody is signed in at ${url} from this machine.`);
  const { token, tokenId } = login;
  let failure: unknown;
  if (tokenId !== null) {
    const session = openRemote({ kind: 'server', own: false, url, token, from: 'login' });
    failure = await session.call(ownTokenRevoke, { path: { id: tokenId } }).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  forgetLogin(url);
  // It is not valid any more: that is what was wanted.
  const ended = failure instanceof SentinelError && ['unauthenticated', 'not-found'].includes(failure.code);
  if (failure !== undefined && !ended)
    throw new SentinelError(
      failure instanceof SentinelError ? failure.code : 'internal',
      `The token is forgotten here, but ${url} could not revoke it: ${failure instanceof Error ? failure.message : String(failure)} Revoke ${tokenId} there.`,
      { cause: failure },
    );
  const revoked = tokenId !== null;
  print({ server: url, revoked }, options, ({ c }) =>
    revoked
      ? `${c.green('signed out')} of ${c.bold(url)}: the token is revoked`
      : `${c.green('forgotten')}: the token for ${c.bold(url)} was made elsewhere and is still valid there`,
  );
}
