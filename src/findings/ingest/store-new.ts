import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';
import { SEEN_COLUMNS, seenColumns } from './columns.ts';
import type { Merge } from './merge.ts';
import type { Prepared } from './prepare.ts';
import { insertPrints } from './prints.ts';
import { insertReferences } from './references.ts';
import type { IngestScope } from './scope.ts';

const FINDING_COLUMNS: Record<string, ColumnType> = {
  ...SEEN_COLUMNS,
  id: 'text',
  project: 'text',
  asset: 'text',
  task: 'text',
  status: 'text',
  first_seen: 'int',
  first_run: 'text',
  merged_into: 'text',
};

/** Statements that store what was not known before. */
export function insertFindings(
  scope: IngestScope,
  items: readonly Prepared[],
  { now, merges }: { now: number; merges: ReadonlyMap<string, Merge> },
): Statement[] {
  if (items.length === 0) return [];
  const rows = items.map((item) => {
    const merged_into = merges.get(item.id)?.into ?? null;
    return {
      ...seenColumns(item, { scope, now }),
      id: item.id,
      project: scope.project,
      asset: scope.asset,
      task: item.tool,
      status: merged_into === null ? 'open' : 'duplicate',
      first_seen: now,
      first_run: scope.run,
      merged_into,
    };
  });
  return [
    bulkInsertion(scope.dialect, { table: 'finding', columns: FINDING_COLUMNS, rows }),
    ...insertPrints(scope, items),
    ...insertReferences(scope, items),
  ];
}
