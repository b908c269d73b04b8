import { SentinelError } from '../../lib/errors.ts';

/** A driver's error as one of ours, by its code. What is not listed is a fault of ours. */
export function sqliteError(error: { code: string; message: string }, file: string): SentinelError {
  const { code, message } = error;
  const is = (start: string) => code === start || code.startsWith(`${start}_`);
  // The file of shared memory beside the database cannot grow on a full disk: SQLite names no other reason for SHMSIZE.
  if (is('SQLITE_FULL') || is('SQLITE_IOERR_SHMSIZE'))
    return new SentinelError('disk-full', `There is no space left for ${file}.`, { cause: error });
  if (is('SQLITE_CORRUPT') || is('SQLITE_NOTADB'))
    return new SentinelError('store-broken', `${file} is damaged (${code}).`, { cause: error });
  if (is('SQLITE_READONLY') || is('SQLITE_CANTOPEN') || is('SQLITE_PERM'))
    return new SentinelError('data-dir', `${file} cannot be written (${code}).`, { cause: error });
  if (is('SQLITE_IOERR')) {
    const what = `${file} cannot be written (${code}): the disk is full or failing.`;
    return new SentinelError('disk-full', what, { cause: error });
  }
  if (is('SQLITE_BUSY') || is('SQLITE_LOCKED')) {
    const what = `${file} is locked by another program for too long.`;
    return new SentinelError('store-unavailable', what, { cause: error });
  }
  if (is('SQLITE_CONSTRAINT_UNIQUE') || is('SQLITE_CONSTRAINT_PRIMARYKEY'))
    return new SentinelError('already-exists', `It is there already (${message}).`, { cause: error });
  if (code === 'ANSWER_TOO_LARGE')
    return new SentinelError('too-large', 'The answer of the database is too large: ask for less at once.', {
      cause: error,
    });
  return new SentinelError('internal', `Database: ${message} (${code})`, { cause: error });
}
