import { open } from 'node:fs/promises';
import { SentinelError, systemCode } from '../../lib/errors.ts';

/**
 * What was committed before the call is on disk when the promise is fulfilled. Commits only append to the write-ahead log; that the
 * system writes it out is waited for here and not in the writing thread, so that others commit meanwhile; callers who come while
 * one sync runs share the next. Instead of `synchronous = full`, which does the same within the commit: what a checkpoint has taken
 * out of the log before is on disk in the database, because `normal` syncs that (https://sqlite.org/pragma.html#pragma_synchronous).
 */
export function logSync(file: string): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    const mine = sync(`${file}-wal`).finally(() => {
      if (running === mine) running = undefined;
    });
    running = mine;
    return mine;
  }

  return () => {
    if (!running) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}

async function sync(log: string): Promise<void> {
  try {
    // Opened each time (10 µs): a log that another process has put in the place of this one is the one to write out.
    const handle = await open(log, 'r+');
    try {
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The last one who leaves moves the whole log into the database, on disk, and removes it.
    if (systemCode(error) === 'ENOENT') return;
    throw new SentinelError('disk-full', `${log} cannot be written: the disk is full or failing.`, {
      cause: error,
    });
  }
}
