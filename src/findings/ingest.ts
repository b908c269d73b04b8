import { sql, type Transaction } from 'kysely';
import type { FindingEvent } from '../plugin/task.ts';
import { bulkInsertion, type ColumnType, type Statement } from '../store/bulk.ts';
import type { Database } from '../store/schema.ts';
import type { WriteContext } from '../store/store.ts';
import { announce } from './ingest/announce.ts';
import { historyInsertion, historyOf } from './ingest/history.ts';
import { importItems } from './ingest/import-items.ts';
import { type Matched, matchAll } from './ingest/match.ts';
import { findMerges, mergeDecisions, mergeHistory } from './ingest/merge.ts';
import { type Prepared, prepareFindings } from './ingest/prepare.ts';
import { insertPrints } from './ingest/prints.ts';
import { insertReferences } from './ingest/references.ts';
import type { IngestedFinding, IngestScope } from './ingest/scope.ts';
import { idsSeen, readBefores, severityOf, statusAgain, updateFindings } from './ingest/store-known.ts';
import { insertFindings } from './ingest/store-new.ts';
import { hideNew } from './lifecycle/hide.ts';

const ASSET_LOCK = 7358204;

/** Stores a batch of findings of a run: matched with what is known, or new. Runs inside the caller's transaction. */
export function ingestFindings(
  context: WriteContext,
  scope: IngestScope,
  batch: readonly FindingEvent<string>[],
): Promise<IngestedFinding[]> {
  return storePrepared(context, scope, prepareFindings(scope, batch));
}

/** The part of it that needs the transaction. A batch that was prepared is stored once: its findings get their ids here. */
export async function storePrepared(
  context: WriteContext,
  scope: IngestScope,
  items: readonly Prepared[],
): Promise<IngestedFinding[]> {
  if (items.length === 0) return [];
  if (scope.dialect === 'postgres') await oneAtATime(context.tx, scope.asset);
  const now = Date.now();
  const { fresh, matched, again, others } = await matchAll(context.tx, scope, items);
  const befores = await readBefores(context.tx, scope, matched);
  const merges = findMerges(scope, fresh, others);
  const seen = idsSeen(matched);
  const results = new Map<Prepared, IngestedFinding>();
  for (const item of fresh)
    results.set(item, { ...common(item), mergedInto: merges.get(item.id)?.into ?? null });
  for (const { item, before } of matched) {
    const { last_seen, last_run, matched: how } = before;
    results.set(item, {
      ...common(item),
      change: before.status === 'fixed' ? 'reopened' : 'seen',
      severity: severityOf(item, before),
      before: befores.get(item.id) ?? { last_seen, last_run, matched: how },
    });
  }
  const history = [
    ...mergeHistory(merges, scope.run),
    ...matched.flatMap((one) => historyOf(one, { run: scope.run, seen })),
  ];
  context.defer(
    ...insertFindings(scope, fresh, { now, merges }),
    ...updateFindings(scope, matched, { now, befores }),
    ...insertPrints(scope, again, 'alias'),
    ...insertReferences(scope, again),
    ...insertOccurrences(scope, { fresh, matched }),
    ...mergeDecisions(scope, fresh, { merges, now }),
    ...historyInsertion(scope, history, now),
    ...keepForUndo(scope, [...results.values()], matched),
  );
  announce(context, scope, { fresh, matched });
  await context.flush();
  await hideNew(
    context,
    scope,
    fresh.map(({ id }) => id),
  );
  return items.map((item) => results.get(item) ?? { ...common(item), change: 'seen', again: true });
}

/** Two runs that look at the same thing at the same time would each store as new what the other has just found. */
async function oneAtATime(tx: Transaction<Database>, asset: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ASSET_LOCK}, hashtext(${asset}))`.execute(tx);
}

function common(item: Prepared): IngestedFinding {
  return {
    id: item.id,
    change: 'new',
    again: false,
    mergedInto: null,
    severity: item.severity,
    tool: item.tool,
    rule: item.event.rule,
    before: null,
  };
}

function keepForUndo(
  { dialect, changeSet, run }: IngestScope,
  results: readonly IngestedFinding[],
  matched: readonly Matched[],
): Statement[] {
  if (changeSet === undefined) return [];
  const seen = idsSeen(matched);
  const statuses = new Map(matched.map((one) => [one.item.id, statusAgain(one, seen)]));
  const items = results.map(({ id, change, severity, before, mergedInto }) => ({
    finding: id,
    before,
    after: {
      change,
      status: statuses.get(id) ?? (mergedInto === null ? 'open' : 'duplicate'),
      severity,
      last_run: run,
    },
  }));
  return importItems(dialect, changeSet, items);
}

const OCCURRENCE_COLUMNS: Record<string, ColumnType> = {
  run: 'text',
  finding: 'text',
  project: 'text',
  location: 'text',
  change: 'text',
};

function insertOccurrences(
  { dialect, run, project }: IngestScope,
  { fresh, matched }: { fresh: readonly Prepared[]; matched: readonly Matched[] },
): Statement[] {
  const row = ({ id, location }: Prepared, change: string) => ({
    run,
    finding: id,
    project,
    location,
    change,
  });
  const rows = [
    ...fresh.map((item) => row(item, 'new')),
    ...matched.map(({ item, before }) => row(item, before.status === 'fixed' ? 'reopened' : 'seen')),
  ];
  if (rows.length === 0) return [];
  return [bulkInsertion(dialect, { table: 'occurrence', columns: OCCURRENCE_COLUMNS, rows })];
}
