import type { FastifyRequest } from 'fastify';

/** On plain HTTP; `__Host-sentinelx_session` over TLS. */
export const SESSION_COOKIE = 'sentinelx_session';

export interface HostCookie {
  name: string;
  secure: boolean;
}

/**
 * Over TLS a browser takes a cookie whose name has this prefix only from this very host, with `Secure`, for all paths: no other
 * host of the same domain, and nobody on a plain connection, can plant one. Plain HTTP has no such cookies, and is for localhost.
 * The name without prefix counts for nothing over TLS.
 */
export function hostCookie(
  request: Pick<FastifyRequest, 'protocol'>,
  { secureCookie }: { secureCookie: boolean },
  name: string,
): HostCookie {
  const secure = secureCookie || request.protocol === 'https';
  return { name: secure ? `__Host-${name}` : name, secure };
}
