import { sql } from 'kysely';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { bulkUpdate, type ColumnType, jsonRows } from '../../store/bulk.ts';
import type { WriteContext } from '../../store/store.ts';
import { historyInsertion } from '../ingest/history.ts';
import type { ImportItem } from '../ingest/import-items.ts';
import { restorePrints } from '../ingest/prints.ts';
import type { SkipReason } from '../lifecycle/status-rules.ts';
import { undoItems } from '../lifecycle/undo.ts';
import { REMOVED, removeFindings, touchedByPeople } from './remove-findings.ts';
import { dataOf, envelope, type ImportUndo, type UndoRow } from './undo-row.ts';

/** Columns that are given back besides those of a decision; which of them depends on what the import changed. */
const COLUMN_TYPES: Record<string, ColumnType> = {
  rule: 'text',
  title: 'text',
  message: 'text',
  severity: 'text',
  severity_rank: 'int',
  confidence: 'text',
  place: 'text',
  location: 'text',
  detail: 'text',
  content: 'text',
  rule_revision: 'int',
  last_seen: 'int',
  last_run: 'text',
  tool_severity: 'text',
  status: 'text',
  fixed_run: 'text',
  closed: 'int',
  snooze_until: 'int',
  snooze_rank: 'int',
  matched: 'text',
  merged_into: 'text',
};

/**
 * Takes back what an import did to some findings, in the caller's transaction: new ones are removed, others get back what the import
 * changed, closed ones are open again. What was changed since stays, with the reason.
 */
export async function undoImportItems(
  write: WriteContext,
  of: ImportUndo,
  items: readonly { finding: string; before: string; after: string }[],
): Promise<void> {
  const parsed = items.map((item) => ({ item, read: readItem(item) }));
  const decided = parsed.flatMap(({ item, read }) => (read ? [] : [item]));
  const imported = parsed.flatMap(({ read }) => read ?? []);
  if (decided.length > 0) await undoItems(write, of, decided);
  if (imported.length > 0) await undoImported(write, of, imported);
}

/** Undefined: it is of a decision that a statement made. */
function readItem(item: { finding: string; before: string; after: string }): ImportItem | undefined {
  const after = JSON.parse(item.after) as Partial<ImportItem['after']>;
  if (after.change === undefined) return undefined;
  return {
    finding: item.finding,
    before: JSON.parse(item.before) as ImportItem['before'],
    after: after as ImportItem['after'],
  };
}

async function undoImported(
  write: WriteContext,
  of: ImportUndo,
  items: readonly ImportItem[],
): Promise<void> {
  const ids = items.map(({ finding }) => finding);
  const rows = new Map((await readRows(write, ids)).map((row) => [row.id, row]));
  const touched = await touchedByPeople(write, ids);
  const merged = await mergedSince(write, of, ids);
  const remove: UndoRow[] = [];
  const restore: Restored[] = [];
  const kept: { finding: string; reason: SkipReason }[] = [];
  for (const item of items) {
    const row = rows.get(item.finding);
    const reason = reasonToKeep(item, row, {
      touched: touched.has(item.finding),
      merged: merged.has(item.finding),
      run: of.run,
    });
    if (reason !== undefined || !row) kept.push({ finding: item.finding, reason: reason ?? 'gone-since' });
    else if (item.after.change === 'new') remove.push(row);
    else restore.push({ item, row });
  }
  await removeFindings(write, of, remove);
  restoreFindings(write, of, restore);
  const item = (finding: string, state: string, reason: string | null) => ({
    change_set: of.changeSet,
    finding,
    state,
    reason,
  });
  write.defer(
    bulkUpdate(of.dialect, {
      table: 'change_item',
      columns: { change_set: 'text', finding: 'text', state: 'text', reason: 'text' },
      rows: [
        ...remove.map(({ id }) => item(id, 'undone', REMOVED)),
        ...restore.map(({ row }) => item(row.id, 'undone', null)),
        ...kept.map(({ finding, reason }) => item(finding, 'kept', reason)),
      ],
      key: ['change_set', 'finding'],
    }),
  );
  await write.flush();
}

function reasonToKeep(
  { after }: ImportItem,
  row: UndoRow | undefined,
  now: { touched: boolean; merged: boolean; run: string },
): SkipReason | undefined {
  if (!row) return 'gone-since';
  if (after.change === 'closed')
    return row.status === 'fixed' && row.fixed_run === now.run ? undefined : 'changed-since';
  if (row.last_run !== after.last_run) return 'seen-since';
  // Closed by a later run, or decided about by somebody.
  if (row.status !== after.status) return 'changed-since';
  if (after.change !== 'new') return undefined;
  if (now.touched || row.assignee !== null || row.own_severity !== null) return 'changed-since';
  return now.merged ? 'merged-since' : undefined;
}

function readRows({ tx }: WriteContext, ids: readonly string[]): Promise<UndoRow[]> {
  return tx
    .selectFrom('finding')
    .select(['id', 'task', 'rule', 'title', 'message', 'severity', 'location', 'status', 'first_seen'])
    .select(['last_run', 'fixed_run', 'own_severity', 'assignee'])
    .where('id', 'in', ids)
    .execute();
}

/** Findings into which others were merged that will still be there: what this import merged itself goes with it. */
async function mergedSince(
  write: WriteContext,
  { changeSet, run }: ImportUndo,
  ids: readonly string[],
): Promise<Set<string | null>> {
  const rows = await write.tx
    .selectFrom('finding as f')
    .leftJoin('change_item as i', (on) =>
      on.onRef('i.finding', '=', 'f.id').on('i.change_set', '=', changeSet).on('i.state', '=', 'changed'),
    )
    .select(['f.id', 'f.merged_into', 'f.last_run', 'i.before'])
    .where('f.merged_into', 'in', ids)
    .execute();
  if (rows.length === 0) return new Set();
  const touched = await touchedByPeople(
    write,
    rows.map(({ id }) => id),
  );
  const goes = ({ id, last_run, before }: (typeof rows)[number]) =>
    before === 'null' && last_run === run && !touched.has(id);
  return new Set(rows.filter((row) => !goes(row)).map((row) => row.merged_into));
}

interface Restored {
  item: ImportItem;
  row: UndoRow;
}

function restoreFindings(write: WriteContext, of: ImportUndo, changes: readonly Restored[]): void {
  const { dialect, project, actor, run, changeSet } = of;
  // One statement for those whose same columns change.
  const byColumns = new Map<string, Restored[]>();
  for (const change of changes) {
    const names = Object.keys(change.item.before ?? {})
      .filter((name) => Object.hasOwn(COLUMN_TYPES, name))
      .sort()
      .join(',');
    byColumns.set(names, [...(byColumns.get(names) ?? []), change]);
  }
  for (const [names, list] of byColumns) {
    if (names === '') continue;
    const columns = Object.fromEntries(names.split(',').map((name) => [name, COLUMN_TYPES[name] ?? 'text']));
    const rows = list.map(({ item, row }) => ({ ...valuesOf(item, row, columns), id: row.id }));
    write.defer(
      bulkUpdate(dialect, { table: 'finding', columns: { ...columns, id: 'text' }, rows, key: ['id'] }),
    );
  }
  write.defer(
    ...restorePrints(
      dialect,
      changes.flatMap(({ item }) =>
        typeof item.before?.prints === 'string'
          ? [{ finding: item.finding, prints: item.before.prints }]
          : [],
      ),
    ),
  );
  const seen = changes
    .filter(({ item }) => item.after.change !== 'closed')
    .map(({ row }) => ({ id: row.id }));
  if (seen.length > 0)
    write.defer(
      sql`delete from occurrence where run = ${run} and finding in (${jsonRows(dialect, { id: 'text' }, seen)})`,
    );
  const turned = changes.filter(
    ({ item }) => item.before?.status !== undefined && item.before.status !== item.after.status,
  );
  write.defer(
    ...historyInsertion(
      { dialect, project, actor, changeSet },
      turned.map(({ item, row }) => ({
        finding: row.id,
        kind: 'undone',
        data: { run, from: row.status, to: item.before?.status },
      })),
      Date.now(),
    ),
  );
  for (const { item, row } of changes) {
    const before = item.before?.severity;
    if (row.own_severity !== null || before === undefined || before === row.severity) continue;
    // Priority and due time are worked out anew.
    write.emit({
      ...envelope(of, row),
      type: 'finding.rated',
      data: {
        ...dataOf(row, String(before)),
        changeSet,
        from: row.severity as Severity,
        to: before as Severity,
        own: false,
      },
    });
  }
  for (const { item, row } of turned)
    write.emit({
      ...envelope(of, row),
      type: item.before?.status === 'fixed' ? 'finding.fixed' : 'finding.reopened',
      data: dataOf(row, String(item.before?.severity ?? row.severity)),
    });
}

/** A severity that a person has given since stays. */
function valuesOf(
  item: ImportItem,
  row: UndoRow,
  columns: Record<string, ColumnType>,
): Record<string, string | number | null> {
  const before = item.before ?? {};
  const values = Object.fromEntries(Object.keys(columns).map((name) => [name, before[name] ?? null]));
  if (row.own_severity !== null && 'severity' in values) {
    values.tool_severity = before.severity ?? null;
    values.severity = row.own_severity;
    values.severity_rank = SEVERITIES.indexOf(row.own_severity as Severity);
  }
  return values;
}
