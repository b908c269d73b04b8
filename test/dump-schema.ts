/**
 * `node test/dump-schema.ts` writes the newest schema with one row in every table to `src/store/fixtures`, for SQLite and, when
 * it is installed, for PostgreSQL. Run it once for each new migration: `src/store/upgrade.test.ts` then opens every
 * earlier schema with the release of the day.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { MIGRATIONS } from '../src/store/migrate.ts';
import { openStore, type StoreOptions } from '../src/store/open.ts';
import { postgresPrograms, startPostgres } from './servers/postgres.ts';

const newest = MIGRATIONS.at(-1)?.name;
const fixture = (dialect: string) =>
  new URL(`../src/store/fixtures/${newest}.${dialect}.sql`, import.meta.url);

const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-dump-'));
await fill({ dataDir });
await writeFile(fixture('sqlite'), dumpSqlite(join(dataDir, 'sentinelx.db')));
await rm(dataDir, { recursive: true });

const bin = postgresPrograms();
if (bin) {
  const server = await startPostgres(bin);
  const databaseUrl = await server.database('dump');
  await fill({ dataDir: '', databaseUrl });
  const args = ['--inserts', '--no-owner', '--no-privileges', `--dbname=${databaseUrl}`];
  const dump = execFileSync(join(bin, 'pg_dump'), args, { encoding: 'utf8' });
  // Lines with a backslash are for psql only; comments name versions.
  await writeFile(fixture('postgres'), dump.replace(/^(\\|--).*\n/gm, '').replace(/\n{2,}/g, '\n'));
  await server.stop();
}

async function fill(options: StoreOptions): Promise<void> {
  const store = await openStore(options);
  await store.write({ lane: 'run' }, async ({ tx }) => {
    for (const { name, columns } of await tx.introspection.getTables()) {
      if (name === 'migration') continue;
      const values = columns.map((column) => [column.name, value(name, column)]);
      await tx
        .insertInto(name as 'meta')
        .values(Object.fromEntries(values.filter(([, content]) => content !== undefined)))
        .execute();
    }
  });
  await store.close();
}

/** A value that tells where it belongs; the database numbers events itself. */
function value(table: string, column: { name: string; dataType: string; isAutoIncrementing: boolean }) {
  if (column.isAutoIncrementing) return undefined;
  const type = column.dataType.toLowerCase();
  if (type.startsWith('text')) return `${table}.${column.name} ü`;
  if (type === 'blob' || type === 'bytea') return new Uint8Array([0, 1, 254, 255]);
  return type === 'real' || type === 'float8' ? 0.5 : 1_764_000_000_000;
}

function dumpSqlite(file: string): string {
  const db = new Sqlite(file, { readonly: true });
  const tables = db
    .prepare(
      "select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by rowid",
    )
    .all() as { name: string; sql: string }[];
  const lines = tables.flatMap(({ name, sql: create }) => {
    const columns = db.pragma(`table_info("${name}")`) as { name: string }[];
    const quoted = columns.map((column) => `quote("${column.name}")`).join(" || ', ' || ");
    const rows = db.prepare(`select ${quoted} from "${name}"`).pluck().all() as string[];
    return [`${create};`, ...rows.map((row) => `insert into "${name}" values (${row});`)];
  });
  const indexes = db.prepare(
    "select sql from sqlite_schema where type = 'index' and sql is not null order by rowid",
  );
  lines.push(...(indexes.pluck().all() as string[]).map((index) => `${index};`));
  db.close();
  return `${lines.join('\n')}\n`;
}
