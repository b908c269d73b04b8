import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../test/servers/postgres.ts';
import { MIGRATIONS } from './migrate.ts';
import { openStore, type StoreOptions } from './open.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

type Rows = Record<string, Record<string, unknown>[]>;

const bin = postgresPrograms();
const names = MIGRATIONS.map((migration) => migration.name);
const fixture = (name: string, dialect: Store['dialect']) =>
  new URL(`./fixtures/${name}.${dialect}.sql`, import.meta.url);

it.each(names)('has a fixture of schema %s (else: node test/dump-schema.ts)', (name) => {
  expect(existsSync(fixture(name, 'sqlite'))).toBe(true);
  expect(existsSync(fixture(name, 'postgres'))).toBe(true);
});

describe('upgrade on sqlite', () => {
  upgrades('sqlite', async (dump) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-upgrade-'));
    if (dump) {
      const file = join(dataDir, 'sentinelx.db');
      const db = new Sqlite(file);
      db.exec(dump);
      db.close();
      await chmod(file, 0o600);
    }
    return { options: { dataDir }, away: () => rm(dataDir, { recursive: true }) };
  });
});

describe.skipIf(!bin)(
  bin ? 'upgrade on postgres' : 'upgrade on postgres (skipped: no PostgreSQL is installed)',
  () => {
    let server: PostgresServer;
    let count = 0;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    });
    afterAll(() => server?.stop());

    upgrades('postgres', async (dump) => {
      const databaseUrl = await server.database(`upgrade_${++count}`);
      if (dump) {
        const client = new pg.Client({ connectionString: databaseUrl });
        await client.connect();
        await client.query(dump);
        await client.end();
      }
      return { options: { dataDir: '', databaseUrl }, away: async () => undefined };
    });
  },
);

type Prepare = (dump?: string) => Promise<{ options: StoreOptions; away(): Promise<void> }>;

function upgrades(dialect: Store['dialect'], prepare: Prepare) {
  it.each(names)(
    'from schema %s: keeps every row and ends with the tables of a new database',
    async (name) => {
      const old = await prepare(readFileSync(fixture(name, dialect), 'utf8'));
      const fresh = await prepare();
      const [upgraded, made] = [await openStore(old.options), await openStore(fresh.options)];

      expect(await shape(upgraded)).toEqual(await shape(made));
      const rows = await allRows(upgraded.db);
      for (const [table, columns] of Object.entries(markedColumns(name))) {
        const marked = rows[table]?.filter((row) =>
          columns.every((column) => row[column] === `${table}.${column} ü`),
        );
        expect(marked, table).toHaveLength(1);
      }
      const applied = await sql<{ name: string }>`select name from migration order by name`.execute(
        upgraded.db,
      );
      expect(applied.rows.map((row) => row.name)).toEqual(names);
      expect(await upgraded.check()).toBe('ok');

      await Promise.all([upgraded.close(), made.close()]);
      await Promise.all([old.away(), fresh.away()]);
    },
  );
}

/** The dump has one row in each table, whose texts name their place. */
function markedColumns(name: string): Record<string, string[]> {
  const tables: Record<string, string[]> = {};
  for (const [, table = '', column = ''] of readFileSync(fixture(name, 'sqlite'), 'utf8').matchAll(
    /'(\w+)\.(\w+) ü'/g,
  ))
    tables[table] = [...(tables[table] ?? []), column];
  return tables;
}

async function columnsOf(db: Kysely<Database>): Promise<Record<string, string[]>> {
  const tables = await db.introspection.getTables();
  return Object.fromEntries(tables.map((table) => [table.name, table.columns.map((column) => column.name)]));
}

async function allRows(db: Kysely<Database>): Promise<Rows> {
  const rows: Rows = {};
  for (const table of Object.keys(await columnsOf(db)))
    rows[table] = await db
      .selectFrom(table as 'meta')
      .selectAll()
      .execute();
  return rows;
}

/** Tables, columns and indexes, in an order that does not depend on when they were added. */
async function shape(store: Store): Promise<unknown> {
  const tables = (await store.db.introspection.getTables()).map(({ name, columns }) => ({
    name,
    columns: columns.sort((a, b) => (a.name < b.name ? -1 : 1)),
  }));
  const indexes =
    store.dialect === 'sqlite'
      ? await sql<{
          name: string;
        }>`select name, sql from sqlite_schema where type = 'index' order by name`.execute(store.db)
      : await sql<{
          name: string;
        }>`select indexname as name, indexdef from pg_indexes where schemaname = 'public'
          order by 1`.execute(store.db);
  return { tables: tables.sort((a, b) => (a.name < b.name ? -1 : 1)), indexes: indexes.rows };
}
