import { sql } from 'kysely';
import { bulkInsertion, bulkUpsertion, type ColumnType, jsonRows, type Statement } from '../../store/bulk.ts';
import type { WriteContext } from '../../store/store.ts';
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

/**
 * The same for findings that the import may have changed before: that it saw one, and then that it takes the place of what is gone. An
 * undo gives back how they were before the first of it.
 */
export async function furtherItems(
  { tx }: WriteContext,
  { dialect, changeSet }: { dialect: 'sqlite' | 'postgres'; changeSet?: string },
  items: readonly ImportItem[],
): Promise<Statement[]> {
  if (changeSet === undefined || items.length === 0) return [];
  const ids = items.map(({ finding }) => ({ id: finding }));
  const known = await tx
    .selectFrom('change_item')
    .select(['finding', 'before', 'after'])
    .where('change_set', '=', changeSet)
    .where(sql<boolean>`finding in (${jsonRows(dialect, { id: 'text' }, ids)})`)
    .execute();
  const first = new Map(known.map((row) => [row.finding, row]));
  const rows = items.map((item) => {
    const { before, after } = joined(first.get(item.finding), item);
    return {
      change_set: changeSet,
      finding: item.finding,
      before: JSON.stringify(before),
      after: JSON.stringify(after),
    };
  });
  return [
    bulkUpsertion(dialect, {
      table: 'change_item',
      columns: COLUMNS,
      rows,
      key: ['change_set', 'finding'],
    }),
  ];
}

function joined(
  first: { before: string; after: string } | undefined,
  item: ImportItem,
): Pick<ImportItem, 'before' | 'after'> {
  if (!first) return item;
  const before = JSON.parse(first.before) as ImportItem['before'];
  const { change } = JSON.parse(first.after) as ImportItem['after'];
  return {
    before: before && { ...item.before, ...before },
    after: { ...item.after, change: item.after.change === 'closed' ? 'closed' : change },
  };
}
