import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { createTable, INT, type Table, TEXT } from './table-sql.ts';

const TABLES: readonly Table[] = [
  {
    name: 'user_setting',
    columns: { user: TEXT, name: TEXT, value: TEXT, updated: INT },
    key: '"user", name',
    withoutRowid: true,
  },
];

/** What people set for themselves. */
export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  for (const table of TABLES) await sql.raw(createTable(table, dialect)).execute(tx);
}
