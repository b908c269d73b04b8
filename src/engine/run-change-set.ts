import { sql } from 'kysely';
import { importChangeSet } from '../findings/imports/import-change-set.ts';
import { newId } from '../lib/ids.ts';
import type { RunCounts } from '../model/run.ts';
import type { RunRow } from '../store/runs.ts';
import type { WriteContext } from '../store/store.ts';

/** What an import changes, so that it can be undone as one. */
export function createRunChangeSet(row: RunRow) {
  const id = newId('chg');
  let stored = false;

  /** In the first transaction that changes something, so that nothing the import did is outside of it. */
  async function store({ tx, afterCommit }: WriteContext): Promise<void> {
    if (stored) return;
    await tx
      .insertInto('change_set')
      .values({
        ...importChangeSet({ project: row.project, actor: row.principal, run: row.id, status: 'running' }),
        id,
      })
      .execute();
    afterCommit(() => {
      stored = true;
    });
  }

  async function end(context: WriteContext, counts: RunCounts, error: string | null): Promise<void> {
    await store(context);
    const changed = counts.new + counts.seen + counts.reopened + (counts.fixed ?? 0);
    context.defer(
      context.tx
        .updateTable('change_set')
        .set({
          status: error === null ? 'done' : 'failed',
          error,
          ended: Date.now(),
          total: changed,
          done: changed,
          changed,
        })
        .where('id', '=', id),
    );
  }

  return { id, store, end };
}

/** Of an import that nobody goes on with: what it has done so far is what there is to undo. */
export async function endAbandoned(
  { tx }: WriteContext,
  { id }: Pick<RunRow, 'id'>,
  error: string,
): Promise<void> {
  const items = sql<number>`(select count(*) from change_item where change_item.change_set = change_set.id)`;
  await tx
    .updateTable('change_set')
    .set({ status: 'failed', error, ended: Date.now(), total: items, done: items, changed: items })
    .where('run', '=', id)
    .where('kind', '=', 'import')
    .where('status', '=', 'running')
    .execute();
}
