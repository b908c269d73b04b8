import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { createTable, INT, postgresType, sqliteType, type Table, TEXT } from './table-sql.ts';

const TABLES: readonly Table[] = [
  {
    name: 'user_setting',
    columns: { user: TEXT, name: TEXT, value: TEXT, updated: INT },
    key: '"user", name',
    withoutRowid: true,
  },
];

/** What people set for themselves; the run of a workflow whose step started a run with `runs.start`. */
export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  for (const table of TABLES) await sql.raw(createTable(table, dialect)).execute(tx);
  const type = dialect === 'sqlite' ? sqliteType : postgresType;
  await sql.raw(`alter table "run" add column "cause_run" ${type('text')}`).execute(tx);
}
