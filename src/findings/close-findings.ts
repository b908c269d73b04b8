import { sql } from 'kysely';
import type { Location } from '../model/location.ts';
import type { Severity } from '../model/severity.ts';
import { bulkUpdate, jsonRows } from '../store/bulk.ts';
import type { WriteContext } from '../store/store.ts';
import { type HistoryRow, historyInsertion } from './ingest/history.ts';
import { furtherItems, type ImportItem } from './ingest/import-items.ts';

export interface Gone {
  id: string;
  rule: string;
  rule_revision: number;
  title: string;
  severity: string;
  location: string;
  status: string;
  last_run: string;
  merged_into: string | null;
  closed: number | null;
}

interface ClosingScope {
  dialect: 'sqlite' | 'postgres';
  run: string;
  project: string;
  actor: string;
  changeSet?: string;
}

const COLUMNS = {
  id: 'text',
  status: 'text',
  fixed_run: 'text',
  closed: 'int',
  merged_into: 'text',
} as const;

/** Marks these as fixed. What another tool still sees of one takes its place. */
export async function closeFindings(
  context: WriteContext,
  scope: ClosingScope,
  gone: readonly Gone[],
): Promise<void> {
  if (gone.length === 0) return;
  const { dialect, run } = scope;
  const now = Date.now();
  const { heirs, followers, heirOf } = await inheritance(context, scope, gone);
  const rows = [
    ...gone.map(({ id, merged_into }) => ({
      id,
      status: 'fixed',
      fixed_run: run,
      closed: now,
      // When it is seen again, it is the duplicate of what stood in for it.
      merged_into: heirOf.get(id) ?? merged_into,
    })),
    ...heirs.map(({ first }) => ({
      id: first.id,
      status: 'open',
      fixed_run: null,
      closed: null,
      merged_into: null,
    })),
    ...followers.map(({ row, into }) => ({
      id: row.id,
      status: row.status,
      fixed_run: null,
      closed: row.closed,
      merged_into: into,
    })),
  ];
  const history: HistoryRow[] = [
    ...gone.map(
      ({ id, status }): HistoryRow => ({ finding: id, kind: 'fixed', data: { run, from: status } }),
    ),
    ...heirs.map(
      ({ first, of }): HistoryRow => ({
        finding: first.id,
        kind: 'unmerged',
        data: { run, from: of, because: 'fixed' },
      }),
    ),
  ];
  const items: ImportItem[] = [
    ...gone.map(
      ({ id, status, severity, last_run, merged_into, closed }): ImportItem => ({
        finding: id,
        before: { status, fixed_run: null, closed, ...(heirOf.has(id) ? { merged_into } : {}) },
        after: { change: 'closed', status: 'fixed', severity, last_run },
      }),
    ),
    ...heirs.map(
      ({ first }): ImportItem => ({
        finding: first.id,
        before: { status: first.status, merged_into: first.merged_into, closed: first.closed },
        after: { change: 'reopened', status: 'open', severity: first.severity, last_run: first.last_run },
      }),
    ),
    ...followers.map(
      ({ row }): ImportItem => ({
        finding: row.id,
        before: { merged_into: row.merged_into },
        after: { change: 'seen', status: row.status, severity: row.severity, last_run: row.last_run },
      }),
    ),
  ];
  context.defer(
    bulkUpdate(dialect, { table: 'finding', columns: COLUMNS, rows, key: ['id'] }),
    ...historyInsertion(scope, history, now),
    ...(await furtherItems(context, scope, items)),
  );
  for (const row of gone) announce(context, scope, { row, type: 'finding.fixed' });
  for (const { first } of heirs) announce(context, scope, { row: first, type: 'finding.reopened' });
  await context.flush();
}

interface Inheritance {
  /** Each takes the place of the one that it was a duplicate of, over others that go as well. */
  heirs: { of: string; first: Gone }[];
  /** Still duplicates, of another one. */
  followers: { row: Gone; into: string }[];
  /** Of what is gone, what stands in for it. */
  heirOf: Map<string, string>;
}

/**
 * What was merged into what is gone and is still there. Of an original that is gone the oldest takes the place and the others follow
 * it; of a duplicate that is gone they follow its original. What goes at the same time takes nobody's place.
 */
async function inheritance(
  { tx }: WriteContext,
  { dialect }: ClosingScope,
  gone: readonly Gone[],
): Promise<Inheritance> {
  const goneById = new Map(gone.map((row) => [row.id, row]));
  const ids = jsonRows(
    dialect,
    { id: 'text' },
    gone.map(({ id }) => ({ id })),
  );
  const rows = await tx
    .selectFrom('finding')
    .select(['id', 'rule', 'rule_revision', 'title', 'severity', 'location', 'status', 'last_run'])
    .select(['merged_into', 'closed'])
    .where(sql<boolean>`merged_into in (${ids})`)
    .where('status', '=', 'duplicate')
    .orderBy('id')
    .execute();
  const left = rows.filter(({ id }) => !goneById.has(id));
  const heirs: Inheritance['heirs'] = [];
  const followers: Inheritance['followers'] = [];
  for (const [end, there] of Map.groupBy(left, (row) => endOf(goneById, row))) {
    if (!goneById.has(end)) {
      followers.push(...there.map((row) => ({ row, into: end })));
      continue;
    }
    const [first, ...others] = there;
    if (!first) continue;
    heirs.push({ of: end, first });
    followers.push(...others.map((row) => ({ row, into: first.id })));
  }
  const firstOf = new Map(heirs.map(({ of, first }) => [of, first.id]));
  const heirOf = new Map(
    gone.flatMap((row) => {
      const heir = firstOf.get(endOf(goneById, row));
      return heir === undefined ? [] : [[row.id, heir] as const];
    }),
  );
  return { heirs, followers, heirOf };
}

/** Where the chain of duplicates ends: at what stays, or at an original that is gone. */
function endOf(goneById: ReadonlyMap<string, Gone>, row: Gone): string {
  let at = row;
  for (const seen = new Set<string>(); at.status === 'duplicate' && at.merged_into !== null; ) {
    const next = goneById.get(at.merged_into);
    if (!next) return at.merged_into;
    // Two that name each other have no original: whichever comes first stands for both.
    if (seen.has(next.id)) return next.id;
    seen.add(next.id);
    at = next;
  }
  return at.id;
}

function announce(
  { emit }: WriteContext,
  { project, actor, run }: ClosingScope,
  { row, type }: { row: Gone; type: 'finding.fixed' | 'finding.reopened' },
): void {
  emit({
    type,
    project,
    actor,
    subject: row.id,
    run,
    data: {
      finding: row.id,
      rule: row.rule,
      title: row.title,
      severity: row.severity as Severity,
      location: JSON.parse(row.location) as Location,
    },
  });
}
