import { sql } from 'kysely';
import type { Location } from '../../model/location.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { bulkUpdate, type ColumnType, jsonRows } from '../../store/bulk.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { historyInsertion } from '../ingest/history.ts';
import type { ImportItem } from '../ingest/import-items.ts';
import { restorePrints } from '../ingest/prints.ts';
import { undoItems } from '../lifecycle/undo.ts';
import { countSkips } from './count-skips.ts';
import type { Undone } from './receipt.ts';

const BATCH = 500;
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
const KEPT = {
  gone: 'it does not exist any more',
  seenSince: 'a later run or import has seen it',
  changedSince: 'it was changed since',
  mergedSince: 'another finding was merged into it',
} as const;

export interface UndoScope {
  project: string;
  actor: string;
  run: string;
}

interface Row {
  id: string;
  task: string;
  rule: string;
  title: string;
  severity: string;
  location: string;
  status: string;
  last_run: string;
  fixed_run: string | null;
  own_severity: string | null;
  assignee: string | null;
}

/**
 * Takes back what an import did, some hundred findings at a time: new ones are removed, others get back what the import changed, closed
 * ones are open again. What was changed since stays, with the reason. After a crash it is called again and goes on.
 */
export async function undoImport(store: Store, scope: UndoScope): Promise<Undone> {
  const sets = await store.db
    .selectFrom('change_set')
    .select('id')
    .where('run', '=', scope.run)
    .where('project', '=', scope.project)
    .where('kind', '=', 'import')
    .orderBy('id')
    .execute();
  const total = { removed: 0, restored: 0 };
  const skips = countSkips();
  // Decisions first: what a statement decided must not look as if a person had done so.
  for (const { id } of sets.reverse()) {
    for (;;) {
      const done = await store.write({ lane: 'bulk', label: 'import.undo' }, (write) =>
        undoBatch(write, { store, scope, changeSet: id, skips, total }),
      );
      if (!done) break;
    }
  }
  return { ...total, kept: skips.list() };
}

async function undoBatch(
  write: WriteContext,
  {
    store,
    scope,
    changeSet,
    skips,
    total,
  }: {
    store: Store;
    scope: UndoScope;
    changeSet: string;
    skips: ReturnType<typeof countSkips>;
    total: { removed: number; restored: number };
  },
): Promise<boolean> {
  const items = await write.tx
    .selectFrom('change_item')
    .select(['finding', 'before', 'after'])
    .where('change_set', '=', changeSet)
    .where('state', '=', 'changed')
    .orderBy('finding')
    .limit(BATCH)
    .execute();
  if (items.length === 0) return false;
  const dialect = store.dialect;
  const parsed = items.map((item) => ({ item, read: readItem(item) }));
  const decided = parsed.flatMap(({ item, read }) => (read ? [] : [item]));
  const imported = parsed.flatMap(({ read }) => read ?? []);
  if (decided.length > 0) {
    const { undone, kept } = await undoItems(write, { dialect, ...scope, changeSet }, decided);
    write.afterCommit(() => {
      total.restored += undone;
      for (let left = kept; left > 0; left -= 1) skips.add(KEPT.changedSince, changeSet);
    });
  }
  if (imported.length > 0) await undoImported(write, { dialect, scope, changeSet, skips, total }, imported);
  return true;
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

interface Undoing {
  dialect: 'sqlite' | 'postgres';
  scope: UndoScope;
  changeSet: string;
  skips: ReturnType<typeof countSkips>;
  total: { removed: number; restored: number };
}

async function undoImported(write: WriteContext, of: Undoing, items: readonly ImportItem[]): Promise<void> {
  const { tx } = write;
  const ids = items.map(({ finding }) => finding);
  const rows = new Map((await readRows(write, ids)).map((row) => [row.id, row]));
  const touched = await touchedByPeople(write, ids);
  const merged = new Set(
    (await tx.selectFrom('finding').select('merged_into').where('merged_into', 'in', ids).execute()).map(
      (row) => row.merged_into,
    ),
  );
  const remove: Row[] = [];
  const restore: { item: ImportItem; row: Row }[] = [];
  const kept: { finding: string; reason: string }[] = [];
  for (const item of items) {
    const row = rows.get(item.finding);
    const reason = reasonToKeep(item, row, {
      touched: touched.has(item.finding),
      merged: merged.has(item.finding),
      run: of.scope.run,
    });
    if (reason !== undefined || !row) kept.push({ finding: item.finding, reason: reason ?? KEPT.gone });
    else if (item.after.change === 'new') remove.push(row);
    else restore.push({ item, row });
  }
  await removeFindings(write, of, remove);
  restoreFindings(write, of, restore);
  const state = (finding: string, reason: string | null) => ({
    change_set: of.changeSet,
    finding,
    state: reason === null ? 'undone' : 'kept',
    reason,
  });
  write.defer(
    bulkUpdate(of.dialect, {
      table: 'change_item',
      columns: { change_set: 'text', finding: 'text', state: 'text', reason: 'text' },
      rows: [
        ...remove.map(({ id }) => state(id, null)),
        ...restore.map(({ row }) => state(row.id, null)),
        ...kept.map(({ finding, reason }) => state(finding, reason)),
      ],
      key: ['change_set', 'finding'],
    }),
  );
  await write.flush();
  write.afterCommit(() => {
    of.total.removed += remove.length;
    of.total.restored += restore.length;
    for (const { finding, reason } of kept) of.skips.add(reason, finding);
  });
}

function reasonToKeep(
  { after }: ImportItem,
  row: Row | undefined,
  now: { touched: boolean; merged: boolean; run: string },
): string | undefined {
  if (!row) return KEPT.gone;
  if (after.change === 'closed')
    return row.status === 'fixed' && row.fixed_run === now.run ? undefined : KEPT.changedSince;
  if (row.last_run !== after.last_run) return KEPT.seenSince;
  // Closed by a later run, or decided about by somebody.
  if (row.status !== after.status) return KEPT.changedSince;
  if (after.change !== 'new') return undefined;
  if (now.touched || row.assignee !== null || row.own_severity !== null) return KEPT.changedSince;
  return now.merged ? KEPT.mergedSince : undefined;
}

function readRows({ tx }: WriteContext, ids: readonly string[]): Promise<Row[]> {
  return tx
    .selectFrom('finding')
    .select(['id', 'task', 'rule', 'title', 'severity', 'location', 'status', 'last_run', 'fixed_run'])
    .select(['own_severity', 'assignee'])
    .where('id', 'in', ids)
    .execute();
}

/** Comments, labels and decisions are work of people: what has some is not removed. */
async function touchedByPeople({ tx }: WriteContext, ids: readonly string[]): Promise<Set<string>> {
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

async function removeFindings(write: WriteContext, { dialect, scope }: Undoing, rows: readonly Row[]) {
  if (rows.length === 0) return;
  const ids = jsonRows(
    dialect,
    { id: 'text' },
    rows.map(({ id }) => ({ id })),
  );
  for (const table of [
    'finding_fingerprint',
    'finding_ref',
    'occurrence',
    'finding_label',
    'finding_history',
    'decision',
    'merge_refusal',
  ])
    write.defer(sql`delete from ${sql.table(table)} where finding in (${ids})`);
  write.defer(sql`delete from finding where id in (${ids})`);
  for (const row of rows)
    write.emit({ ...envelope(scope, row), type: 'finding.removed', data: dataOf(row, row.severity) });
}

function restoreFindings(
  write: WriteContext,
  { dialect, scope, changeSet }: Undoing,
  changes: readonly { item: ImportItem; row: Row }[],
): void {
  // One statement for those whose same columns change.
  const byColumns = new Map<string, { item: ImportItem; row: Row }[]>();
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
      sql`delete from occurrence where run = ${scope.run} and finding in (${jsonRows(dialect, { id: 'text' }, seen)})`,
    );
  const turned = changes.filter(
    ({ item }) => item.before?.status !== undefined && item.before.status !== item.after.status,
  );
  write.defer(
    ...historyInsertion(
      { dialect, project: scope.project, actor: scope.actor, changeSet },
      turned.map(({ item, row }) => ({
        finding: row.id,
        kind: 'undone',
        data: { run: scope.run, from: row.status, to: item.before?.status },
      })),
      Date.now(),
    ),
  );
  for (const { item, row } of changes) {
    const before = item.before?.severity;
    if (row.own_severity !== null || before === undefined || before === row.severity) continue;
    // Priority and due time are worked out anew.
    write.emit({
      ...envelope(scope, row),
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
      ...envelope(scope, row),
      type: item.before?.status === 'fixed' ? 'finding.fixed' : 'finding.reopened',
      data: dataOf(row, String(item.before?.severity ?? row.severity)),
    });
}

/** A severity that a person has given since stays. */
function valuesOf(
  item: ImportItem,
  row: Row,
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

function envelope({ project, actor, run }: UndoScope, row: Row) {
  return { project, actor, subject: row.id, run };
}

function dataOf(row: Row, severity: string) {
  return {
    finding: row.id,
    rule: row.rule,
    title: row.title,
    severity: severity as Severity,
    location: JSON.parse(row.location) as Location,
  };
}
