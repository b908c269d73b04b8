import { SentinelError } from '../../lib/errors.ts';

/** A driver's error as one of ours, by its code. What is not listed is a fault of ours. */
export function sqliteError(error: { code: string; message: string }, file: string): SentinelError {
  const { code, message } = error;
  if (code === 'SQLITE_FULL')
    return new SentinelError('disk-full', `There is no space left for ${file}.`, { cause: error });
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new SentinelError('store-broken', `${file} is damaged (${code}).`, { cause: error });
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') {
    return new SentinelError('data-dir', `${file} cannot be written (${code}).`, { cause: error });
  }
  if (code.startsWith('SQLITE_IOERR'))
    return new SentinelError(
      'disk-full',
      `${file} cannot be written (${code}): the disk is full or failing.`,
      { cause: error },
    );
  if (code.startsWith('SQLITE_BUSY'))
    return new SentinelError('conflict', `${file} is locked by another program for too long.`, {
      cause: error,
    });
  return new SentinelError('internal', `Database: ${message} (${code})`, { cause: error });
}
