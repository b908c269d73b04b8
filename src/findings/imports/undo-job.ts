import { type Kysely, sql } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import { type ChangeRow, wordsOf } from '../lifecycle/change-sets.ts';
import { type Skip, StoredReceipt, type Undone } from './receipt.ts';
import { REMOVED } from './remove-findings.ts';

const EXAMPLES = 10;

export interface LeftItem {
  changeSet: string;
  finding: string;
  before: string;
  after: string;
}

/**
 * What is still to be taken back of an import. Its findings are one change set and what its statements decided is another: the
 * decisions first, or they would look as if a person had decided.
 */
export async function itemsLeft(db: Kysely<Database>, row: ChangeRow, limit: number): Promise<LeftItem[]> {
  for (const id of (await setsOf(db, row)).reverse()) {
    const items = await db
      .selectFrom('change_item')
      .select(['change_set as changeSet', 'finding', 'before', 'after'])
      .where('change_set', '=', id)
      .where('state', '=', 'changed')
      .orderBy('finding')
      .limit(limit)
      .execute();
    if (items.length > 0) return items;
  }
  return [];
}

/** The change sets of an import, the one that stands for it first. */
export async function setsOf(
  db: Kysely<Database>,
  { run, project }: { run: string | null; project: string },
): Promise<string[]> {
  const sets = await db
    .selectFrom('change_set')
    .select('id')
    .where('run', '=', run)
    .where('project', '=', project)
    .where('kind', '=', 'import')
    .orderBy('id')
    .execute();
  return sets.map(({ id }) => id);
}

/** In the transaction in which the undo of an import ends: its receipt says so, and nothing of it waits any more. */
export async function endImportUndo(
  { tx, emit }: WriteContext,
  row: ChangeRow,
  { actor, time }: { actor: string; time: number },
): Promise<void> {
  const run = row.run ?? '';
  const sets = await setsOf(tx, row);
  const undo = await undoneOf(tx, sets);
  const { receipt } = await tx
    .selectFrom('import_receipt')
    .select('receipt')
    .where('run', '=', run)
    .executeTakeFirstOrThrow();
  const stored = StoredReceipt.parse(JSON.parse(receipt));
  await tx
    .updateTable('import_receipt')
    .set({ receipt: JSON.stringify({ ...stored, undo }), undone: time, undone_by: actor })
    .where('run', '=', run)
    .execute();
  await tx
    .updateTable('change_set')
    .set({ status: 'undone', undone: time, undone_by: actor })
    .where('id', 'in', sets.filter((id) => id !== row.id).concat(''))
    .execute();
  // What the import would have closed is not to be closed by somebody who looks at it later.
  await tx
    .updateTable('close_review')
    .set({ status: 'superseded', decided: time })
    .where('run', '=', run)
    .where('status', '=', 'waiting')
    .execute();
  emit({
    type: 'import.undone',
    project: row.project,
    actor,
    subject: run,
    run,
    data: {
      removed: undo.removed,
      restored: undo.restored,
      kept: undo.kept.reduce((total, { count }) => total + count, 0),
    },
  });
}

/** Counted from the items, which know it after any number of crashes. */
async function undoneOf(db: Kysely<Database>, sets: readonly string[]): Promise<Undone> {
  const { rows } = await sql<{ state: string; reason: string | null; count: number }>`
    select state, reason, count(*) as count from change_item
    where change_set in (${sql.join(sets)}) and state in ('undone', 'kept') group by state, reason`.execute(
    db,
  );
  const count = (removed: boolean) =>
    rows
      .filter(({ state, reason }) => state === 'undone' && (reason === REMOVED) === removed)
      .reduce((total, row) => total + Number(row.count), 0);
  const kept: Skip[] = [];
  for (const row of rows.filter(({ state }) => state === 'kept')) {
    const examples = await db
      .selectFrom('change_item')
      .select('finding')
      .where('change_set', 'in', sets)
      .where('state', '=', 'kept')
      .where('reason', row.reason === null ? 'is' : '=', row.reason)
      .orderBy('finding')
      .limit(EXAMPLES)
      .execute();
    kept.push({
      reason: wordsOf(row.reason ?? 'changed-since'),
      count: Number(row.count),
      examples: examples.map(({ finding }) => finding),
    });
  }
  return { removed: count(true), restored: count(false), kept };
}
