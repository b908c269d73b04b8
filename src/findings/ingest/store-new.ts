import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';
import { FINGERPRINT_VERSION } from '../identity.ts';
import { SEEN_COLUMNS, seenColumns } from './columns.ts';
import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';

const FINDING_COLUMNS: Record<string, ColumnType> = {
  ...SEEN_COLUMNS,
  id: 'text',
  project: 'text',
  asset: 'text',
  task: 'text',
  rule: 'text',
  status: 'text',
  first_seen: 'int',
  first_run: 'text',
};
const PRINT_COLUMNS: Record<string, ColumnType> = {
  finding: 'text',
  kind: 'text',
  version: 'int',
  value: 'bytes',
};
const REF_COLUMNS: Record<string, ColumnType> = {
  finding: 'text',
  project: 'text',
  kind: 'text',
  value: 'text',
};

/** Statements that store what was not known before. */
export function insertFindings(scope: IngestScope, items: readonly Prepared[], now: number): Statement[] {
  if (items.length === 0) return [];
  const rows = items.map((item) => ({
    ...seenColumns(item, { scope, now }),
    id: item.id,
    project: scope.project,
    asset: scope.asset,
    task: item.tool,
    rule: item.event.rule,
    status: 'open',
    first_seen: now,
    first_run: scope.run,
  }));
  return [
    bulkInsertion(scope.dialect, { table: 'finding', columns: FINDING_COLUMNS, rows }),
    ...insertPrints(scope, items),
    ...insertReferences(scope, items),
  ];
}

export function insertPrints(scope: IngestScope, items: readonly Prepared[]): Statement[] {
  const rows = items.flatMap((item) =>
    (['exact', 'moved', 'renamed'] as const).flatMap((kind) => {
      const value = item.prints[kind];
      return value ? [{ finding: item.id, kind, version: FINGERPRINT_VERSION, value }] : [];
    }),
  );
  if (rows.length === 0) return [];
  const insert = {
    table: 'finding_fingerprint',
    columns: PRINT_COLUMNS,
    rows,
    onConflict: 'ignore',
  } as const;
  return [bulkInsertion(scope.dialect, insert)];
}

/** What a finding is about, and the weaknesses of its rule: what lists and merging look for. */
export function insertReferences(scope: IngestScope, items: readonly Prepared[]): Statement[] {
  const rows = items.flatMap((item) => [
    ...item.about.map(({ kind, value }) => ({ finding: item.id, project: scope.project, kind, value })),
    ...(item.rule.cwe ?? []).map((cwe) => ({
      finding: item.id,
      project: scope.project,
      kind: 'cwe',
      value: String(cwe),
    })),
  ]);
  if (rows.length === 0) return [];
  const insert = { table: 'finding_ref', columns: REF_COLUMNS, rows, onConflict: 'ignore' } as const;
  return [bulkInsertion(scope.dialect, insert)];
}
