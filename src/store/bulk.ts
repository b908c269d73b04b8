import {
  type CompiledQuery,
  type QueryExecutorProvider,
  type RawBuilder,
  sql,
  type Transaction,
} from 'kysely';
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
  const data = jsonData(columns, rows);
  const list = Object.entries(columns).map(([name, type], index) => column(dialect, name, type, index));
  return dialect === 'sqlite'
    ? sql`select ${sql.join(list)} from json_each(${data})`
    : sql`select ${sql.join(list)} from jsonb_array_elements(${data}::text::jsonb)`;
}

/**
 * A column whose index the embedded store leaves alone. Given a project, or an asset, and some ids, it would read all of the
 * project rather than look the ids up: a million rows for a batch of 500.
 */
export function unindexed(dialect: Dialect, column: string): RawBuilder<unknown> {
  return dialect === 'sqlite' ? sql.raw(`+"${column}"`) : sql.ref(column);
}

interface Rows {
  table: keyof Database;
  columns: Record<string, ColumnType>;
  rows: readonly Row[];
}

/** Something that a transaction can do, made ready when it is done. */
export interface Statement {
  compile(provider: QueryExecutorProvider): CompiledQuery;
  /** The same for the embedded store, row by row: its thread binds values in a third of the time that it takes to read JSON. */
  rows?(): RowsQuery;
}

/**
 * A statement with the values of many rows, packed: as a list of texts, they took as long on their way to the thread as to be
 * stored. What all rows have in common is said once.
 */
export interface RowsQuery {
  sql: string;
  rows: number;
  /** By place in the statement; undefined where rows differ. */
  common: readonly (string | number | null | undefined)[];
  /** The others, row by row: the length of a text, -1 for null, -2 for a number. */
  codes: readonly number[];
  texts: string;
  numbers: readonly number[];
}

export async function bulkInsert(
  tx: Transaction<Database>,
  dialect: Dialect,
  insert: Rows & { onConflict?: 'ignore' },
): Promise<void> {
  if (insert.rows.length === 0) return;
  await tx.executeQuery(bulkInsertion(dialect, insert).compile(tx));
}

export function bulkInsertion(dialect: Dialect, insert: Rows & { onConflict?: 'ignore' }): Statement {
  const { table, columns, onConflict } = insert;
  const ending = onConflict === 'ignore' ? ' on conflict do nothing' : '';
  return prepared(dialect, insert, { kind: onConflict ?? 'insert', ending }, (rows) => {
    const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
    // SQLite needs a where clause between a select and `on conflict`.
    const conflict = onConflict === 'ignore' ? sql` where true on conflict do nothing` : sql``;
    return sql`insert into ${sql.table(table)} (${names}) ${rows}${conflict}`;
  });
}

/** Inserts rows or, where one with the same key exists, sets its other columns. */
export function bulkUpsertion(dialect: Dialect, change: Rows & { key: readonly string[] }): Statement {
  const { table, columns, key } = change;
  const names = Object.keys(columns);
  const set = names.filter((name) => !key.includes(name)).map((name) => `"${name}" = excluded."${name}"`);
  const ending = ` on conflict (${quoted(key)}) do update set ${set.join(', ')}`;
  return prepared(dialect, change, { kind: 'upsert', ending }, (rows) => {
    const list = (of: readonly string[]) => sql.join(of.map((name) => sql.ref(name)));
    const set = settings(names, key, 'excluded');
    return sql`insert into ${sql.table(table)} (${list(names)}) ${rows} where true on conflict (${list(key)}) do update set ${set}`;
  });
}

/** Sets the columns of rows that exist. */
export function bulkUpdate(dialect: Dialect, change: Rows & { key: readonly string[] }): Statement {
  const { table, columns, key } = change;
  return prepared(dialect, change, { kind: 'update', key }, (rows) => {
    const same = key.map((name) => sql`${sql.ref(`${table}.${name}`)} = ${sql.ref(`given.${name}`)}`);
    const set = settings(Object.keys(columns), key, 'given');
    return sql`update ${sql.table(table)} set ${set} from (${rows}) as given where ${sql.join(same, sql` and `)}`;
  });
}

function settings(names: readonly string[], key: readonly string[], from: string): RawBuilder<unknown> {
  const values = names.filter((name) => !key.includes(name));
  return sql.join(values.map((name) => sql`${sql.ref(name)} = ${sql.ref(`${from}.${name}`)}`));
}

/** By its columns (one object for each kind of statement), then by dialect, table and kind: to write it out takes longer than to do it. */
const texts = new WeakMap<Record<string, ColumnType>, Map<string, CompiledQuery>>();

/** A statement whose text is the same however many rows it has; these are its one parameter. */
function prepared(
  dialect: Dialect,
  given: Rows,
  form: Form,
  write: (rows: RawBuilder<unknown>) => RawBuilder<unknown>,
): Statement {
  const { table, columns, rows } = given;
  return {
    compile(provider) {
      const known = texts.get(columns) ?? new Map<string, CompiledQuery>();
      texts.set(columns, known);
      const name = `${dialect} ${form.kind} ${table}`;
      let text = known.get(name);
      if (!text) {
        text = write(jsonRows(dialect, columns, [])).compile(provider);
        known.set(name, text);
      }
      return { ...text, parameters: [jsonData(columns, rows)] };
    },
    ...(dialect === 'sqlite' ? { rows: () => rowByRow(given, form) } : {}),
  };
}

interface Form {
  kind: string;
  /** What follows the values of an insert. */
  ending?: string;
  /** Columns that an update finds its row by. */
  key?: readonly string[];
}

const rowTexts = new WeakMap<Record<string, ColumnType>, Map<string, { sql: string; names: string[] }>>();

function rowByRow({ table, columns, rows }: Rows, { kind, ending, key }: Form): RowsQuery {
  const known = rowTexts.get(columns) ?? new Map<string, { sql: string; names: string[] }>();
  rowTexts.set(columns, known);
  let text = known.get(`${kind} ${table}`);
  if (!text) {
    const names = Object.keys(columns);
    const place = (name: string) => (columns[name] === 'bytes' ? 'unhex(?)' : '?');
    const equal = (name: string) => `"${name}" = ${place(name)}`;
    if (key) {
      const set = names.filter((name) => !key.includes(name));
      const sql = `update "${table}" set ${set.map(equal).join(', ')} where ${key.map(equal).join(' and ')}`;
      text = { sql, names: [...set, ...key] };
    } else {
      const sql = `insert into "${table}" (${quoted(names)}) values (${names.map(place).join(', ')})${ending ?? ''}`;
      text = { sql, names };
    }
    known.set(`${kind} ${table}`, text);
  }
  return { sql: text.sql, rows: rows.length, ...packed(text.names, rows) };
}

function packed(names: readonly string[], rows: readonly Row[]): Omit<RowsQuery, 'sql' | 'rows'> {
  const [first] = rows;
  const common = names.map((name) => {
    const value = first?.[name] ?? null;
    return rows.every((row) => (row[name] ?? null) === value) ? plain(value) : undefined;
  });
  const varying = names.filter((_, index) => common[index] === undefined);
  const codes: number[] = [];
  const numbers: number[] = [];
  let texts = '';
  for (const row of rows)
    for (const name of varying) {
      const value = plain(row[name]);
      if (value === null) codes.push(-1);
      else if (typeof value === 'number') {
        codes.push(-2);
        numbers.push(value);
      } else {
        codes.push(value.length);
        texts += value;
      }
    }
  return { common, codes, texts, numbers };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
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

function jsonData(columns: Record<string, ColumnType>, rows: readonly Row[]): string {
  const names = Object.keys(columns);
  return JSON.stringify(rows.map((row) => names.map((name) => plain(row[name]))));
}

function plain(value: Row[string] | undefined): string | number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return storableText(value);
  return typeof value === 'object' ? Buffer.from(value).toString('hex') : value;
}
