import type { Kysely } from 'kysely';
import type { Database } from '../store/schema.ts';

export type WithWorkflow<T> = T & { workflowName: string };

/** Rows of one workflow each, with its name as it is now. */
export async function workflowNames<T extends { workflow: string }>(
  db: Kysely<Database>,
  rows: readonly T[],
): Promise<WithWorkflow<T>[]> {
  const ids = [...new Set(rows.map((row) => row.workflow))];
  if (ids.length === 0) return [];
  const found = await db.selectFrom('workflow').select(['id', 'name']).where('id', 'in', ids).execute();
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({ ...row, workflowName: names.get(row.workflow) ?? row.workflow }));
}
