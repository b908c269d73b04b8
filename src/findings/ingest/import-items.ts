import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';
import type { FindingChange } from './scope.ts';

/**
 * What an import did to one finding, so that it can be undone: the columns that it changed as they were (null: it was new), and
 * what tells whether somebody has changed it since.
 */
export interface ImportItem {
  finding: string;
  before: Record<string, string | number | null> | null;
  after: { change: FindingChange | 'closed'; status: string; severity: string; last_run: string };
}

const COLUMNS: Record<string, ColumnType> = {
  change_set: 'text',
  finding: 'text',
  before: 'text',
  after: 'text',
};

export function importItems(
  dialect: 'sqlite' | 'postgres',
  changeSet: string | undefined,
  items: readonly ImportItem[],
): Statement[] {
  if (changeSet === undefined || items.length === 0) return [];
  const rows = items.map(({ finding, before, after }) => ({
    change_set: changeSet,
    finding,
    before: JSON.stringify(before),
    after: JSON.stringify(after),
  }));
  return [bulkInsertion(dialect, { table: 'change_item', columns: COLUMNS, rows })];
}
