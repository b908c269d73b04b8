import { sql, type Transaction } from 'kysely';
import { SEVERITIES } from '../../model/severity.ts';
import { bulkUpdate, type ColumnType, jsonRows, type Statement } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import { FINGERPRINT_VERSION } from '../identity.ts';
import { SEEN_COLUMNS, seenColumns } from './columns.ts';
import type { Known } from './known.ts';
import type { Matched } from './match.ts';
import type { IngestScope } from './scope.ts';
import { insertPrints, insertReferences } from './store-new.ts';

const CHANGED_COLUMNS: Record<string, ColumnType> = {
  ...SEEN_COLUMNS,
  id: 'text',
  status: 'text',
  fixed_run: 'text',
  closed: 'int',
  snooze_until: 'int',
  snooze_rank: 'int',
};
const AGAIN_COLUMNS: Record<string, ColumnType> = { id: 'text', last_seen: 'int', last_run: 'text' };

/** Nothing but the time and the run of the last look is new. */
export function isUnchanged({ item, before }: Matched): boolean {
  return (
    before.content === item.content &&
    before.kind === 'exact' &&
    before.status !== 'fixed' &&
    before.snooze_rank === null
  );
}

/** It sleeps until it gets worse, and it has. */
export function wakes({ item, before }: Matched): boolean {
  return (
    before.snooze_rank !== null && SEVERITIES.indexOf(effectiveSeverity(item, before)) < before.snooze_rank
  );
}

function effectiveSeverity(item: Matched['item'], before: Known): Matched['item']['severity'] {
  return (before.own_severity ?? item.severity) as Matched['item']['severity'];
}

/** Columns of changed findings as they are before the update. */
export type Befores = ReadonlyMap<string, Record<string, string | number | null>>;

/** Statements that bring known findings up to date. */
export function updateFindings(
  scope: IngestScope,
  items: readonly Matched[],
  { now, befores }: { now: number; befores: Befores },
): Statement[] {
  const again = items.filter(isUnchanged);
  const changed = items.filter((one) => !isUnchanged(one));
  const statements: Statement[] = [];
  if (again.length > 0) {
    const rows = again.map(({ item }) => ({ id: item.id, last_seen: now, last_run: scope.run }));
    statements.push(
      bulkUpdate(scope.dialect, { table: 'finding', columns: AGAIN_COLUMNS, rows, key: ['id'] }),
    );
  }
  if (changed.length === 0) return statements;
  const rows = changed.map((one) => changedRow(one, { scope, now, was: befores.get(one.item.id) }));
  statements.push(
    bulkUpdate(scope.dialect, { table: 'finding', columns: CHANGED_COLUMNS, rows, key: ['id'] }),
  );
  const items_ = changed.map(({ item }) => item);
  statements.push(...insertReferences(scope, items_));
  const moved = changed.filter(({ before }) => before.kind !== 'exact').map(({ item }) => item);
  if (moved.length === 0) return statements;
  const ids = jsonRows(
    scope.dialect,
    { id: 'text' },
    moved.map(({ id }) => ({ id })),
  );
  statements.push(
    sql`delete from finding_fingerprint where finding in (${ids}) and version = ${FINGERPRINT_VERSION}`,
    ...insertPrints(scope, moved),
  );
  return statements;
}

function changedRow(
  one: Matched,
  {
    scope,
    now,
    was,
  }: { scope: IngestScope; now: number; was: Record<string, string | number | null> | undefined },
) {
  const { item, before } = one;
  const reopened = before.status === 'fixed';
  const woken = wakes(one);
  return {
    ...seenColumns(item, { scope, now, before }),
    id: item.id,
    status: reopened ? 'open' : before.status,
    fixed_run: reopened ? null : before.fixed_run,
    closed: reopened ? null : (was?.closed ?? null),
    snooze_until: woken ? null : (was?.snooze_until ?? null),
    snooze_rank: woken ? null : before.snooze_rank,
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
    .select(['id', 'title', 'message', 'severity', 'severity_rank', 'confidence', 'place', 'location'])
    .select(['detail', 'content', 'rule_revision', 'last_seen', 'last_run', 'tool_severity', 'status'])
    .select(['fixed_run', 'closed', 'snooze_until', 'snooze_rank'])
    .where(sql<boolean>`id in (${jsonRows(scope.dialect, { id: 'text' }, ids)})`)
    .execute();
  return new Map(rows.map(({ id, ...columns }) => [id, columns]));
}
