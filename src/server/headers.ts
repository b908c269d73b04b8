import type { FastifyReply } from 'fastify';

/** Strict from the first day: nothing inline, nothing from elsewhere, no framing. */
export function contentSecurityPolicy(nonce: string, address: string): string {
  const socket = address.replace(/^http/, 'ws');
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${socket}`,
    "manifest-src 'self'",
    // Reports: stored pages that the server sends sandboxed, with a policy of their own. Nothing else of ours lets itself be framed.
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** On every answer, also on those to what is no request. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

export function setHeaders(reply: FastifyReply, csp: string): void {
  reply.headers(SECURITY_HEADERS).header('content-security-policy', csp);
}
