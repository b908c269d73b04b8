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
