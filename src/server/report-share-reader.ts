import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hostCookie } from './host-cookie.ts';

const HOUR_S = 3600;

interface Share {
  id: string;
  password: string | null;
}
interface CookieOptions {
  secureCookie: boolean;
}

/** Whether this browser gave the password of the link within the last hour, or there is none. */
export function mayRead(request: FastifyRequest, share: Share, options: CookieOptions): boolean {
  if (share.password === null) return true;
  const [until = '', mark = ''] = (request.cookies[cookieOf(request, share, options).name] ?? '').split('.');
  if (!(Number(until) > Date.now())) return false;
  const right = markOf(share.id, share.password, until);
  return mark.length === right.length && timingSafeEqual(Buffer.from(mark), Buffer.from(right));
}

/** Files of the report are opened without the password being typed for each. */
export function rememberReader(
  request: FastifyRequest,
  reply: FastifyReply,
  share: Share,
  options: CookieOptions,
): void {
  if (share.password === null) return;
  const { name, secure } = cookieOf(request, share, options);
  const until = String(Date.now() + HOUR_S * 1000);
  reply.setCookie(name, `${until}.${markOf(share.id, share.password, until)}`, {
    ...{ path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: HOUR_S },
  });
}

function cookieOf(request: FastifyRequest, share: Share, options: CookieOptions) {
  return hostCookie(request, options, `sentinelx_share_${share.id.slice(-12)}`);
}

/** The hash of the password is known to this installation only, and to all of its servers: it is the key. */
function markOf(id: string, hash: string, until: string): string {
  return createHmac('sha256', hash).update(`${id} ${until}`).digest('base64url');
}
