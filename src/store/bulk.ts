import { type RawBuilder, sql, type Transaction } from 'kysely';
import { storableText } from './guard.ts';
import type { Database } from './schema.ts';

export type ColumnType = 'text' | 'int' | 'bytes';
type Dialect = 'sqlite' | 'postgres';
type Row = Record<string, string | number | null | Uint8Array>;

/**
 * Rows of a JSON array as a table, so that one statement with one parameter handles any number of rows and its text stays the
 * same (a cached statement). Bytes travel as hex.
 */
export function jsonRows(
  dialect: Dialect,
  columns: Record<string, ColumnType>,
  rows: readonly Row[],
): RawBuilder<unknown> {
  const data = JSON.stringify(rows.map((row) => Object.keys(columns).map((name) => plain(row[name]))));
  const list = Object.entries(columns).map(([name, type], index) => column(dialect, name, type, index));
  return dialect === 'sqlite'
    ? sql`select ${sql.join(list)} from json_each(${data})`
    : sql`select ${sql.join(list)} from jsonb_array_elements(${data}::text::jsonb)`;
}

export async function bulkInsert(
  tx: Transaction<Database>,
  dialect: Dialect,
  insert: {
    table: keyof Database;
    columns: Record<string, ColumnType>;
    rows: readonly Row[];
    onConflict?: 'ignore';
  },
): Promise<void> {
  if (insert.rows.length === 0) return;
  const names = Object.keys(insert.columns).map((name) => sql.ref(name));
  // SQLite needs a where clause between a select and `on conflict`.
  const conflict = insert.onConflict === 'ignore' ? sql` where true on conflict do nothing` : sql``;
  await sql`insert into ${sql.table(insert.table)} (${sql.join(names)}) ${jsonRows(dialect, insert.columns, insert.rows)}${conflict}`.execute(
    tx,
  );
}

/** Inserts rows or, where one with the same key exists, sets its other columns. With `update` all of them exist. */
export async function bulkUpsert(
  tx: Transaction<Database>,
  dialect: Dialect,
  change: {
    table: keyof Database;
    columns: Record<string, ColumnType>;
    key: readonly string[];
    rows: readonly Row[];
    update?: boolean;
  },
): Promise<void> {
  if (change.rows.length === 0) return;
  const names = Object.keys(change.columns);
  const values = names.filter((name) => !change.key.includes(name));
  const rows = jsonRows(dialect, change.columns, change.rows);
  const set = (from: string) =>
    sql.join(values.map((name) => sql`${sql.ref(name)} = ${sql.ref(`${from}.${name}`)}`));
  if (change.update) {
    const table = sql.table(change.table);
    const same = change.key.map(
      (name) => sql`${sql.ref(`${change.table}.${name}`)} = ${sql.ref(`given.${name}`)}`,
    );
    await sql`update ${table} set ${set('given')} from (${rows}) as given where ${sql.join(same, sql` and `)}`.execute(
      tx,
    );
    return;
  }
  const key = sql.join(change.key.map((name) => sql.ref(name)));
  // SQLite needs a where clause between a select and `on conflict`.
  await sql`insert into ${sql.table(change.table)} (${sql.join(names.map((name) => sql.ref(name)))}) ${rows} where true on conflict (${key}) do update set ${set('excluded')}`.execute(
    tx,
  );
}

function column(dialect: Dialect, name: string, type: ColumnType, index: number): RawBuilder<unknown> {
  if (dialect === 'sqlite') {
    const value = sql.raw(`value->>'$[${index}]'`);
    return type === 'bytes' ? sql`unhex(${value}) as ${sql.ref(name)}` : sql`${value} as ${sql.ref(name)}`;
  }
  const value = sql.raw(`value->>${index}`);
  if (type === 'bytes') return sql`decode(${value}, 'hex') as ${sql.ref(name)}`;
  return type === 'int' ? sql`(${value})::bigint as ${sql.ref(name)}` : sql`${value} as ${sql.ref(name)}`;
}

function plain(value: Row[string] | undefined): string | number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return storableText(value);
  return typeof value === 'object' ? Buffer.from(value).toString('hex') : value;
}
