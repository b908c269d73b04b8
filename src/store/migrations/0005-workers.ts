import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { postgresType, sqliteType } from './table-sql.ts';

/** What a process says of itself: labels, places, versions of its tasks. Null: of a release that says nothing. */
export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  const type = dialect === 'sqlite' ? sqliteType : postgresType;
  await sql.raw(`alter table "instances" add column "about" ${type('text')}`).execute(tx);
}
