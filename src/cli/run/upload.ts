import { SentinelError } from '../../lib/errors.ts';
import type { Session } from '../session.ts';

/** A path that is right here means nothing on another machine: the way out is named. */
export function withUploadAdvice(error: unknown, session: Session): unknown {
  const { place } = session;
  if (place.kind === 'embedded' || place.own || !(error instanceof SentinelError)) return error;
  if (error.code !== 'out-of-scope' && error.code !== 'unreadable-target') return error;
  if (!error.fields.some(({ message }) => /\bpath\b|file or folder/.test(message))) return error;
  return new SentinelError(
    error.code,
    `${error.message}\nThe server at ${place.url} looks for the path on its own machine. To send what is on this one: 'sentinelx run … --upload'.`,
    { fields: error.fields, cause: error },
  );
}

export async function uploadPaths(
  _session: Session,
  _task: string,
  params: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return params;
}
