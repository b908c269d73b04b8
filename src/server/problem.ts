import { ERROR_CODES } from '../lib/error-codes.ts';
import { SentinelError } from '../lib/errors.ts';

/** An error as `application/problem+json` (RFC 9457) with our code. What is not ours says nothing about the inside. */
export function problemOf(
  error: unknown,
  requestId: string,
): { status: number; retryAfter: number | undefined; body: Record<string, unknown> } {
  const known = error instanceof SentinelError ? error : fromFramework(error);
  const row = ERROR_CODES[known.code];
  const detail = known.code === 'internal' ? 'The server log has the details.' : known.message;
  return {
    status: row.status,
    retryAfter: known.retryAfter,
    body: {
      type: `urn:sentinelx:error:${known.code}`,
      title: row.title,
      status: row.status,
      code: known.code,
      detail,
      hint: row.hint,
      fields: known.fields,
      ...(known.current === undefined ? {} : { current: known.current }),
      requestId,
    },
  };
}

function fromFramework(error: unknown): SentinelError {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  const message = error instanceof Error ? error.message : String(error);
  if (status === 413) return new SentinelError('too-large', message, { cause: error });
  if (status === 415) return new SentinelError('unsupported-media-type', message, { cause: error });
  if (status === 429) return new SentinelError('too-many-requests', message, { cause: error });
  // The part that serves files says 403 for an address that climbs out of its folder: there is nothing there.
  if (status === 403)
    return new SentinelError('not-found', 'There is nothing at this address.', { cause: error });
  if (status === 404) return new SentinelError('not-found', message, { cause: error });
  if (status >= 400 && status < 500) return new SentinelError('bad-request', message, { cause: error });
  return new SentinelError('internal', message, { cause: error });
}
