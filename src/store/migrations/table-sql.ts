/** A table in words that both databases share: `int`, `text`, `bytes`, `real`, `serial`. */
export interface Table {
  name: string;
  columns: Record<string, string>;
  /** A primary key of several columns. */
  key?: string;
  withoutRowid?: boolean;
}

export const ID = 'text primary key';
export const TEXT = 'text not null';
export const INT = 'int not null';

export function createTable(table: Table, dialect: 'sqlite' | 'postgres'): string {
  const columns = Object.entries(table.columns).map(
    ([name, type]) => `"${name}" ${dialect === 'sqlite' ? sqliteType(type) : postgresType(type)}`,
  );
  if (table.key) columns.push(`primary key (${table.key})`);
  const options = dialect === 'sqlite' ? ` strict${table.withoutRowid ? ', without rowid' : ''}` : '';
  return `create table "${table.name}" (${columns.join(', ')})${options}`;
}

export function sqliteType(type: string): string {
  if (type === 'serial') return 'integer primary key autoincrement';
  return type.replace(/^int\b/, 'integer').replace(/^bytes\b/, 'blob');
}

export function postgresType(type: string): string {
  if (type === 'serial') return 'bigint generated always as identity primary key';
  return type
    .replace(/^text\b/, 'text collate "C"')
    .replace(/^int\b/, 'bigint')
    .replace(/^bytes\b/, 'bytea')
    .replace(/^real\b/, 'double precision');
}
