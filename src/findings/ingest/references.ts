import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';
import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';

const REF_COLUMNS: Record<string, ColumnType> = {
  finding: 'text',
  project: 'text',
  kind: 'text',
  value: 'text',
};

/** What a finding is about, and the weaknesses of its rule: what lists look for. */
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
