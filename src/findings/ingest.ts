import { sql, type Transaction } from 'kysely';
import type { Severity } from '../model/severity.ts';
import type { FindingEvent } from '../plugin/task.ts';
import { bulkInsertion, type ColumnType, type Statement } from '../store/bulk.ts';
import type { Database } from '../store/schema.ts';
import type { WriteContext } from '../store/store.ts';
import { announce } from './ingest/announce.ts';
import { type HistoryRow, historyInsertion } from './ingest/history.ts';
import { importItems } from './ingest/import-items.ts';
import { type Known, lookUp } from './ingest/known.ts';
import { type Matched, matchAll } from './ingest/match.ts';
import { type Prepared, prepare } from './ingest/prepare.ts';
import type { FindingChange, IngestedFinding, IngestScope } from './ingest/scope.ts';
import { type Befores, isUnchanged, readBefores, updateFindings, wakes } from './ingest/store-known.ts';
import { insertFindings } from './ingest/store-new.ts';

const ASSET_LOCK = 7358204;

/** Stores a batch of findings of a run: matched with what is known, or new. Runs inside the caller's transaction. */
export async function ingestFindings(
  context: WriteContext,
  scope: IngestScope,
  batch: readonly FindingEvent<string>[],
): Promise<IngestedFinding[]> {
  for (const finding of batch) scope.masker.add(finding.secrets ?? []);
  if (scope.dialect === 'postgres') await oneAtATime(context.tx, scope.asset);
  const now = Date.now();
  const prepared = batch.map((event) => prepare(event, scope));
  const prints = prepared.map((item) => item.prints);
  const known = await lookUp(context.tx, scope.dialect, prints);
  const before = matchAll(prepared, known, scope);
  const all = prepared.map((item, index): Seen => seen(item, before[index]));
  const matched = all.filter((one): one is Seen & Matched => one.before !== undefined);
  const befores = await readBefores(context.tx, scope, matched);
  const fresh = all.filter((one) => !one.before).map(({ item }) => item);
  const results = all.map((one) => resultOf(one, befores));
  context.defer(
    ...insertFindings(scope, fresh, now),
    ...updateFindings(scope, matched, { now, befores }),
    ...insertOccurrences(scope, all),
    ...historyInsertion(
      scope,
      matched.flatMap((one) => historyOf(one, scope)),
      now,
    ),
    ...importItems(
      scope.dialect,
      scope.changeSet,
      results.map(({ id, change, severity, before }, index) => ({
        finding: id,
        before,
        after: { change, status: statusOf(all[index]?.before), severity, last_run: scope.run },
      })),
    ),
  );
  for (const one of all) announce(context, scope, one);
  await context.flush();
  return results;
}

/** Two runs that look at the same thing at the same time would each store as new what the other has just found. */
async function oneAtATime(tx: Transaction<Database>, asset: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ASSET_LOCK}, hashtext(${asset}))`.execute(tx);
}

interface Seen {
  item: Prepared;
  before: Known | undefined;
  change: FindingChange;
}

function seen(item: Prepared, before: Known | undefined): Seen {
  const change = before ? (before.status === 'fixed' ? 'reopened' : 'seen') : 'new';
  return { item, before, change };
}

function statusOf(before: Known | undefined): string {
  return !before || before.status === 'fixed' ? 'open' : before.status;
}

function resultOf({ item, before, change }: Seen, befores: Befores): IngestedFinding {
  return {
    id: item.id,
    change,
    severity: (before?.own_severity ?? item.severity) as Severity,
    tool: item.tool,
    rule: item.event.rule,
    before: before
      ? (befores.get(item.id) ?? { last_seen: before.last_seen, last_run: before.last_run })
      : null,
  };
}

function historyOf(one: Matched, { run }: IngestScope): HistoryRow[] {
  const { item, before } = one;
  if (isUnchanged(one)) return [];
  const rows: HistoryRow[] = [];
  const row = (kind: HistoryRow['kind'], data: Record<string, unknown>) =>
    rows.push({ finding: item.id, kind, data: { run, ...data } });
  if (before.status === 'fixed') row('reopened', { from: 'fixed' });
  if (before.kind === 'renamed') row('moved', { from: JSON.parse(before.location), to: item.at });
  if (!before.own_severity && before.severity !== item.severity)
    row('severity', { from: before.severity, to: item.severity });
  if (wakes(one)) row('snooze', { woke: 'worse', severity: item.severity });
  return rows;
}

const OCCURRENCE_COLUMNS: Record<string, ColumnType> = {
  run: 'text',
  finding: 'text',
  project: 'text',
  location: 'text',
  change: 'text',
};

function insertOccurrences(scope: IngestScope, all: readonly Seen[]): Statement[] {
  if (all.length === 0) return [];
  const rows = all.map(({ item, change }) => ({
    run: scope.run,
    finding: item.id,
    project: scope.project,
    location: item.location,
    change,
  }));
  return [bulkInsertion(scope.dialect, { table: 'occurrence', columns: OCCURRENCE_COLUMNS, rows })];
}
