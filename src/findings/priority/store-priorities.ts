import type { Kysely } from 'kysely';
import { bulkUpdate, type ColumnType, type Statement } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { priorityOf } from './priority.ts';
import { type FactsRow, readFacts } from './read-facts.ts';
import type { Weights } from './weights.ts';

const COLUMNS: Record<string, ColumnType> = { id: 'text', priority: 'int' };

export interface NewPriority {
  id: string;
  priority: number;
}

/** Those of these findings whose priority is another than the stored one. */
export async function changedPriorities(
  db: Kysely<Database>,
  dialect: Store['dialect'],
  order: { ids: readonly string[]; now: number; weightsOf(project: string): Weights },
): Promise<NewPriority[]> {
  const rows = await readFacts(db, dialect, order.ids);
  return rows.flatMap((row: FactsRow) => {
    const { value } = priorityOf(row.facts, order.now, order.weightsOf(row.project));
    return value === row.priority ? [] : [{ id: row.id, priority: value }];
  });
}

export function priorityUpdate(dialect: Store['dialect'], changes: readonly NewPriority[]): Statement {
  const rows = changes.map(({ id, priority }) => ({ id, priority }));
  return bulkUpdate(dialect, { table: 'finding', columns: COLUMNS, rows, key: ['id'] });
}
