import { bulkUpdate, type ColumnType } from '../../store/bulk.ts';
import type { Store, WriteContext } from '../../store/store.ts';

const COLUMNS: Record<string, ColumnType> = { id: 'text', due: 'int', due_told: 'text' };

/** When these findings are to be closed; null: no end. A new end is told anew when it comes. */
export function writeDue(
  { defer }: WriteContext,
  dialect: Store['dialect'],
  dues: readonly { finding: string; due: number | null }[],
): void {
  if (dues.length === 0) return;
  const rows = dues.map(({ finding, due }) => ({ id: finding, due, due_told: null }));
  defer(bulkUpdate(dialect, { table: 'finding', columns: COLUMNS, rows, key: ['id'] }));
}
