import { SentinelError, systemCode } from '../../lib/errors.ts';

const UNREACHABLE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // Wrong password, not allowed, no such database, too many connections.
  '28P01',
  '28000',
  '3D000',
  '53300',
];

/** A driver's error as one of ours, by its code (PostgreSQL, appendix A). What is not listed stays as it is. */
export function postgresError(cause: unknown): Error {
  if (cause instanceof SentinelError) return cause;
  const code = systemCode(cause) ?? '';
  // Class 08 is a broken connection, 57P a server that shuts down or starts.
  if (UNREACHABLE.includes(code) || code.startsWith('08') || code.startsWith('57P'))
    return new SentinelError('store-unavailable', `PostgreSQL does not answer (${code}).`, { cause });
  if (code === '53100') return new SentinelError('disk-full', 'PostgreSQL has no space left.', { cause });
  if (code === 'XX001' || code === 'XX002')
    return new SentinelError('store-broken', `PostgreSQL reports damaged data (${code}).`, { cause });
  return cause instanceof Error ? cause : new Error(String(cause));
}
