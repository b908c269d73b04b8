import { sql, type Transaction } from 'kysely';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { bulkUpdate, type ColumnType, jsonRows, type Statement } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import { SEEN_COLUMNS, seenColumns } from './columns.ts';
import type { Known } from './known.ts';
import type { Matched } from './match.ts';
import { insertPrints, readPrints, removePrints } from './prints.ts';
import { insertReferences } from './references.ts';
import type { IngestScope } from './scope.ts';

const CHANGED_COLUMNS: Record<string, ColumnType> = {
  ...SEEN_COLUMNS,
  id: 'text',
  status: 'text',
  fixed_run: 'text',
  merged_into: 'text',
  closed: 'int',
  snooze_until: 'int',
  snooze_rank: 'int',
  matched: 'text',
};
const AGAIN_COLUMNS: Record<string, ColumnType> = {
  id: 'text',
  last_seen: 'int',
  last_run: 'text',
  matched: 'text',
};

/** Nothing but the time and the run of the last look is new. */
export function isUnchanged({ item, before, by }: Matched): boolean {
  return (
    before.content === item.content &&
    by === 'exact' &&
    before.status !== 'fixed' &&
    before.snooze_rank === null
  );
}

/** Its rule, its key or its place are other ones. */
function getsOtherPrints({ by }: Matched): boolean {
  return by !== 'exact' && by !== 'moved';
}

/** It sleeps until it gets worse, and it has. */
export function wakes({ item, before }: Matched): boolean {
  return before.snooze_rank !== null && SEVERITIES.indexOf(severityOf(item, before)) < before.snooze_rank;
}

export function severityOf(item: Matched['item'], before: Known | undefined): Severity {
  return (before?.own_severity ?? item.severity) as Severity;
}

/** What is seen again is open again, but what another finding stands for. */
export function statusAgain(one: Matched, seen: ReadonlySet<string>): Known['status'] {
  const { status, merged_into } = one.before;
  if (status !== 'fixed') return status;
  return merged_into === null || leavesOriginal(one, seen) ? 'open' : 'duplicate';
}

/** Both were fixed and only the duplicate is there again: nobody would see it behind its original. `seen` are the ids of this batch. */
export function leavesOriginal({ before }: Matched, seen: ReadonlySet<string>): boolean {
  const { status, merged_into, merged_status } = before;
  return status === 'fixed' && merged_into !== null && merged_status === 'fixed' && !seen.has(merged_into);
}

export function idsSeen(matched: readonly Matched[]): Set<string> {
  return new Set(matched.map(({ item }) => item.id));
}

/** Columns of changed findings as they are before the update. */
export type Befores = ReadonlyMap<string, Record<string, string | number | null>>;

/** Statements that bring known findings up to date. */
export function updateFindings(
  scope: IngestScope,
  matched: readonly Matched[],
  { now, befores }: { now: number; befores: Befores },
): Statement[] {
  const { dialect } = scope;
  const table = 'finding';
  const key = ['id'];
  const again = matched.filter(isUnchanged).map(({ item }) => ({
    id: item.id,
    last_seen: now,
    last_run: scope.run,
    matched: 'exact',
  }));
  const changed = matched.filter((one) => !isUnchanged(one));
  const seen = idsSeen(matched);
  const rows = changed.map((one) => changedRow(one, { scope, now, seen, was: befores.get(one.item.id) }));
  const moved = changed.filter(getsOtherPrints).map(({ item }) => item);
  const ids = moved.map(({ id }) => id);
  return [
    ...(again.length > 0 ? [bulkUpdate(dialect, { table, columns: AGAIN_COLUMNS, rows: again, key })] : []),
    ...(rows.length > 0 ? [bulkUpdate(dialect, { table, columns: CHANGED_COLUMNS, rows, key })] : []),
    ...removePrints(dialect, ids),
    ...insertPrints(
      scope,
      changed.map(({ item }) => item),
    ),
    ...insertReferences(
      scope,
      changed.map(({ item }) => item),
    ),
  ];
}

function changedRow(
  one: Matched,
  {
    scope,
    now,
    seen,
    was,
  }: {
    scope: IngestScope;
    now: number;
    seen: ReadonlySet<string>;
    was: Record<string, string | number | null> | undefined;
  },
) {
  const { item, before, by } = one;
  const reopened = before.status === 'fixed';
  const woken = wakes(one);
  return {
    ...seenColumns(item, { scope, now, before }),
    id: item.id,
    status: statusAgain(one, seen),
    merged_into: leavesOriginal(one, seen) ? null : before.merged_into,
    fixed_run: reopened ? null : before.fixed_run,
    closed: reopened ? null : (was?.closed ?? null),
    snooze_until: woken ? null : (was?.snooze_until ?? null),
    snooze_rank: woken ? null : before.snooze_rank,
    matched: by,
  };
}

/** Read only for those that change: almost all that an import sees again are as they were. */
export async function readBefores(
  tx: Transaction<Database>,
  scope: IngestScope,
  items: readonly Matched[],
): Promise<Befores> {
  const ids = items.filter((one) => !isUnchanged(one)).map(({ item }) => ({ id: item.id }));
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('finding')
    .select(['id', 'rule', 'title', 'message', 'severity', 'severity_rank', 'confidence', 'place'])
    .select(['location', 'detail', 'content', 'rule_revision', 'last_seen', 'last_run', 'tool_severity'])
    .select(['status', 'fixed_run', 'closed', 'snooze_until', 'snooze_rank', 'matched', 'merged_into'])
    .where(sql<boolean>`id in (${jsonRows(scope.dialect, { id: 'text' }, ids)})`)
    .execute();
  const befores = new Map(
    rows.map(({ id, ...columns }) => [id, columns as Record<string, string | number | null>]),
  );
  if (scope.changeSet === undefined) return befores;
  const replaced = items.filter(getsOtherPrints).map(({ item }) => item.id);
  for (const [id, prints] of await readPrints(tx, scope.dialect, replaced)) {
    const columns = befores.get(id);
    if (columns) columns.prints = prints;
  }
  return befores;
}
