import { type Kysely, sql } from 'kysely';
import * as z from 'zod';
import { HistoryEntry } from '../../model/triage.ts';
import { bulkUpdate, type ColumnType, jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import { dataOf, envelope, type ImportUndo, type UndoRow } from './undo-row.ts';

/** Of an item whose finding was removed; others that are undone have no reason. */
export const REMOVED = 'removed';

const TABLES = [
  'finding_fingerprint',
  'finding_ref',
  'occurrence',
  'finding_label',
  'finding_history',
  'decision',
  'merge_refusal',
] as const;

const KEPT_COLUMNS: Record<string, ColumnType> = { change_set: 'text', finding: 'text', before: 'text' };

/** What an item of an undone import keeps of a finding that is gone. */
const Kept = z.object({
  removed: z.object({
    time: z.int(),
    actor: z.string(),
    run: z.string(),
    history: z.array(HistoryEntry),
  }),
});
export type RemovedFinding = z.infer<typeof Kept>['removed'] & { changeSet: string };

/** Undefined: no import that was undone has removed it. */
export async function removedFinding(
  db: Kysely<Database>,
  { project, finding }: { project: string; finding: string },
): Promise<RemovedFinding | undefined> {
  const row = await db
    .selectFrom('change_set as s')
    .innerJoin('change_item as i', (on) =>
      on.onRef('i.change_set', '=', 's.id').on('i.finding', '=', finding),
    )
    .select(['s.id', 'i.before'])
    .where('s.project', '=', project)
    .where('s.kind', '=', 'import')
    .where('i.state', '=', 'undone')
    .where('i.reason', '=', REMOVED)
    .executeTakeFirst();
  const kept = row && Kept.safeParse(JSON.parse(row.before)).data;
  return kept && { ...kept.removed, changeSet: row.id };
}

/** Comments, labels and decisions are work of people: what has some is not removed. */
export async function touchedByPeople({ tx }: WriteContext, ids: readonly string[]): Promise<Set<string>> {
  const decided = await tx
    .selectFrom('decision')
    .select('finding')
    .where('finding', 'in', ids)
    .where('source', 'in', ['human', 'bulk'])
    .execute();
  const commented = await tx
    .selectFrom('finding_history')
    .select('finding')
    .where('finding', 'in', ids)
    .where('kind', 'in', ['comment', 'assignee', 'labels', 'snooze'])
    .execute();
  const labelled = await tx
    .selectFrom('finding_label')
    .select('finding')
    .where('finding', 'in', ids)
    .execute();
  return new Set([...decided, ...commented, ...labelled].map(({ finding }) => finding));
}

/** With everything that belongs to them; what they were and what had happened to them is kept in their items. */
export async function removeFindings(
  write: WriteContext,
  of: ImportUndo,
  rows: readonly UndoRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const { dialect, changeSet } = of;
  const kept = await read(write, of, rows);
  write.defer(
    bulkUpdate(dialect, {
      table: 'change_item',
      columns: KEPT_COLUMNS,
      rows: rows.map(({ id }) => ({ change_set: changeSet, finding: id, before: kept.get(id) ?? 'null' })),
      key: ['change_set', 'finding'],
    }),
  );
  const ids = jsonRows(
    dialect,
    { id: 'text' },
    rows.map(({ id }) => ({ id })),
  );
  for (const table of TABLES) write.defer(sql`delete from ${sql.table(table)} where finding in (${ids})`);
  write.defer(sql`delete from finding where id in (${ids})`);
  for (const row of rows)
    write.emit({ ...envelope(of, row), type: 'finding.removed', data: dataOf(row, row.severity) });
}

async function read(
  { tx }: WriteContext,
  { actor, run }: ImportUndo,
  rows: readonly UndoRow[],
): Promise<Map<string, string>> {
  const time = Date.now();
  const ids = rows.map(({ id }) => id);
  const history = await tx
    .selectFrom('finding_history')
    .select(['id', 'finding', 'time', 'actor', 'kind', 'change_set', 'data'])
    .where('finding', 'in', ids)
    .orderBy('id')
    .execute();
  const decisions = await tx
    .selectFrom('decision')
    .select(['finding', 'time', 'actor', 'source', 'from_status', 'to_status', 'reason', 'comment'])
    .where('finding', 'in', ids)
    .orderBy('id')
    .execute();
  const said = Map.groupBy(history, ({ finding }) => finding);
  const decided = Map.groupBy(decisions, ({ finding }) => finding);
  return new Map(
    rows.map(({ id, task, rule, title, message, severity, location, status, first_seen }) => [
      id,
      JSON.stringify({
        removed: {
          ...{ time, actor, run, task, rule, title, message, severity, status },
          location: JSON.parse(location),
          firstSeen: first_seen,
          history: (said.get(id) ?? []).map(({ finding: _, change_set, data, ...entry }) => ({
            ...entry,
            changeSet: change_set,
            data: JSON.parse(data),
          })),
          decisions: (decided.get(id) ?? []).map(({ finding: _, from_status, to_status, ...one }) => ({
            ...one,
            from: from_status,
            to: to_status,
          })),
        },
      }),
    ]),
  );
}
