import type { FastifyRequest } from 'fastify';
import { type Account, type Accounts, sameText } from '../access/accounts.ts';
import { SentinelError } from '../lib/errors.ts';
import { isId } from '../lib/ids.ts';
import type { Caller } from '../operations/operation.ts';

export const COOKIE = 'sentinelx_session';

export interface IdentityOptions {
  accounts: Accounts;
  /** The token in `server.json`, for the command line of the same user. */
  localToken: string;
  /** Origins that a browser may send requests from. */
  origins: ReadonlySet<string>;
}

export async function signedIn(
  request: FastifyRequest,
  options: IdentityOptions,
): Promise<Account | undefined> {
  const cookie = request.cookies[COOKIE];
  return cookie ? options.accounts.sessionUser(cookie) : undefined;
}

/** Who asks. Throws `unauthenticated`, and `foreign-origin` for a write that another site could have sent. */
export async function callerOf(request: FastifyRequest, options: IdentityOptions): Promise<Caller> {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    if (sameText(bearer, options.localToken))
      return { id: 'local:owner', project: namedProject(request), local: false, permissions: 'all' };
    throw new SentinelError('unauthenticated', 'The token is not valid.');
  }
  const user = await signedIn(request, options);
  if (!user) throw new SentinelError('unauthenticated', 'Sign in first.');
  if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request, options.origins);
  return { id: user.id, project: 'prj_default', local: false, permissions: 'all' };
}

/** The owner's own programs may work in another project: `sentinelx web test --write` uses one that it throws away. */
function namedProject(request: FastifyRequest): string {
  const named = request.headers['x-sentinelx-project'];
  return typeof named === 'string' && isId('prj', named) ? named : 'prj_default';
}

/** Browsers send Origin with every write and every WebSocket; its absence is refused where a cookie speaks. */
export function checkOrigin(request: FastifyRequest, origins: ReadonlySet<string>): void {
  const origin = request.headers.origin;
  if (origin !== undefined && origins.has(origin)) return;
  throw new SentinelError(
    'foreign-origin',
    `Requests from ${origin ?? 'an unknown origin'} are not accepted.`,
  );
}
