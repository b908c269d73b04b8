import { SentinelError } from '../lib/errors.ts';
import type { Blobs } from './blobs.ts';

/** Called in the transaction that stores the row: a sweep may just have taken the blob of an equal content away. */
export async function nameBlob(blobs: Blobs, id: string): Promise<void> {
  if (blobs.shared && !(await blobs.has(id)))
    throw new SentinelError(
      'not-possible-now',
      'The same content was being removed at this moment: send it again.',
    );
}
