import { SentinelError } from '../lib/errors.ts';

/** What was thrown, as one of ours. */
export function asError(error: unknown): SentinelError {
  return error instanceof SentinelError
    ? error
    : new SentinelError('internal', String(error), { cause: error });
}
