import type { Blobs } from '../blobs/blobs.ts';
import type { Store, WriteContext } from '../store/store.ts';

/** A blob that nothing names is left alone for so long: a put that is under way names it only at its end. */
const GRACE_MS = 3600_000;
const EVERY_MS = 3600_000;
const BATCH = 200;

export interface SweepResult {
  /** Uploaded files past their time. */
  expired: number;
  /** Blobs that nothing named. */
  blobs: number;
  /** What unfinished puts had left. */
  leftOvers: number;
}

/** Removes files past their time, then the blobs that nothing names any more. */
export async function sweepFiles(store: Store, blobs: Blobs, now = Date.now()): Promise<SweepResult> {
  const expired = await removeExpired(store, now);
  return {
    expired,
    blobs: await removeUnnamed(store, blobs, now - GRACE_MS),
    leftOvers: await blobs.sweep(now - GRACE_MS),
  };
}

/** Sweeps now and then; the returned function ends it. */
export function startFileRetention(store: Store, blobs: Blobs): () => Promise<void> {
  let working: Promise<unknown> = Promise.resolve();
  const sweep = () => {
    working = working.then(() => sweepFiles(store, blobs)).catch(() => undefined);
  };
  sweep();
  const timer = setInterval(sweep, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await working;
  };
}

async function removeExpired(store: Store, now: number): Promise<number> {
  let count = 0;
  for (;;) {
    const removed = await store.write({ lane: 'bulk' }, async ({ tx, emit }) => {
      const rows = await tx
        .selectFrom('stored_file')
        .select(['id', 'project', 'name'])
        .where('expires', '<=', now)
        .limit(BATCH)
        .execute();
      for (const row of rows) {
        await tx.deleteFrom('stored_file').where('id', '=', row.id).execute();
        emit({
          type: 'file.removed',
          project: row.project,
          actor: 'system',
          subject: row.id,
          data: { name: row.name, reason: 'expired' },
        });
      }
      return rows.length;
    });
    count += removed;
    if (removed < BATCH) return count;
  }
}

async function removeUnnamed(store: Store, blobs: Blobs, before: number): Promise<number> {
  let count = 0;
  for await (const entry of blobs.list())
    if (entry.put <= before && (await removeIfUnnamed(store, blobs, entry.id, before))) count += 1;
  return count;
}

/**
 * Removes a blob that no row names, unless it was put again in the meantime. In a transaction, so that no row can begin to
 * name it while it goes; whoever stores a row looks for its blob in the same way (`nameBlob`).
 */
export async function removeIfUnnamed(
  store: Store,
  blobs: Blobs,
  id: string,
  unlessPutAfter: number,
): Promise<boolean> {
  // Most are named: that needs no turn at the writer.
  if (await isNamed(store.db, id)) return false;
  // No other row will ever name it, and the writer must not wait for a service far away.
  if (!blobs.shared) return blobs.remove(id, { unlessPutAfter });
  return store.write({ lane: 'bulk' }, async ({ tx }) =>
    (await isNamed(tx, id)) ? false : blobs.remove(id, { unlessPutAfter }),
  );
}

async function isNamed(db: Store['db'] | WriteContext['tx'], blob: string): Promise<boolean> {
  const file = await db.selectFrom('stored_file').select('id').where('blob', '=', blob).executeTakeFirst();
  if (file) return true;
  const artifact = await db.selectFrom('artifact').select('id').where('blob', '=', blob).executeTakeFirst();
  if (artifact) return true;
  const report = await db
    .selectFrom('report_file')
    .select('report')
    .where('blob', '=', blob)
    .executeTakeFirst();
  return report !== undefined;
}
