import pg from 'pg';
import { SentinelError } from '../../lib/errors.ts';

const UNREACHABLE = [
  // Wrong password, not allowed, no such database, too many connections, a standby that only reads, a transaction that
  // was silent for too long.
  '28P01',
  '28000',
  '3D000',
  '53300',
  '25006',
  '25P03',
];

/** A driver's error as one of ours, by its code (PostgreSQL, appendix A). What is not listed is a fault of ours. */
export function postgresError(cause: unknown): SentinelError {
  if (cause instanceof SentinelError) return cause;
  // A refused, lost or silent connection has an error of the system or, in this driver, one without any code.
  if (!(cause instanceof pg.DatabaseError))
    return new SentinelError('store-unavailable', 'PostgreSQL does not answer.', { cause });
  const code = cause.code ?? '';
  // Class 08 is a broken connection, 57P a server that shuts down or starts.
  if (UNREACHABLE.includes(code) || code.startsWith('08') || code.startsWith('57P'))
    return new SentinelError('store-unavailable', `PostgreSQL does not answer (${code}).`, { cause });
  // Two transactions waited for each other, and this one was ended so that the other could go on: it can be tried again.
  if (code === '40P01' || code === '40001')
    return new SentinelError('store-unavailable', `PostgreSQL undid a change that met another (${code}).`, {
      cause,
    });
  if (code === '53100') return new SentinelError('disk-full', 'PostgreSQL has no space left.', { cause });
  if (code === 'XX001' || code === 'XX002')
    return new SentinelError('store-broken', `PostgreSQL reports damaged data (${code}).`, { cause });
  if (code === '23505')
    return new SentinelError('already-exists', `It is there already (${cause.constraint}).`, { cause });
  return new SentinelError('internal', `Database: ${cause.message} (${code})`, { cause });
}

/** On the reading side a refused change is a fault of ours, not a standby. */
export function postgresReadError(cause: unknown): SentinelError {
  if (cause instanceof pg.DatabaseError && cause.code === '25006')
    return new SentinelError('internal', '`store.db` only reads: use `store.write`.', { cause });
  return postgresError(cause);
}
