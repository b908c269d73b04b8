import { sql, type Transaction } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import * as first from './migrations/0001-first.ts';
import * as access from './migrations/0002-access.ts';
import * as findingChanges from './migrations/0003-finding-changes.ts';
import * as workflows from './migrations/0004-workflows.ts';
import * as workers from './migrations/0005-workers.ts';
import * as findings from './migrations/0006-findings.ts';
import * as additions from './migrations/0007-additions.ts';
import type { Database } from './schema.ts';

type Migration = { up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> };

/** In order; a name that has been released never changes. */
export const MIGRATIONS: readonly { name: string; migration: Migration }[] = [
  { name: '0001-first', migration: first },
  { name: '0002-access', migration: access },
  { name: '0003-finding-changes', migration: findingChanges },
  { name: '0004-workflows', migration: workflows },
  { name: '0005-workers', migration: workers },
  { name: '0006-findings', migration: findings },
  { name: '0007-additions', migration: additions },
];

/** Names that are still to run. Throws `store-newer` when the database has one that this release does not know. */
export async function pending(tx: Transaction<Database>): Promise<string[]> {
  await sql`create table if not exists migration (name text primary key, applied bigint not null)`.execute(
    tx,
  );
  const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(tx);
  const unknown = rows.find((row) => !MIGRATIONS.some((known) => known.name === row.name));
  if (unknown)
    throw new SentinelError(
      'store-newer',
      `The database has the change ${unknown.name}, which this release does not know.`,
    );
  return MIGRATIONS.map((known) => known.name).filter((name) => !rows.some((row) => row.name === name));
}

export async function migrate(
  tx: Transaction<Database>,
  dialect: 'sqlite' | 'postgres',
  names: readonly string[],
): Promise<void> {
  for (const { name, migration } of MIGRATIONS) {
    if (!names.includes(name)) continue;
    await migration.up(tx, dialect);
    await sql`insert into migration (name, applied) values (${name}, ${Date.now()})`.execute(tx);
  }
}
