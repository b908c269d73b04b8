/** The inside of a store thread: better-sqlite3 and nothing else, so that the thread stays small. */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

export interface ThreadData {
  file: string;
  role: 'writer' | 'reader';
}

export type ThreadRequest =
  /** `connection` 1 is the one whose commits are on disk before they return. */
  | { id: number; op: 'query'; connection: 0 | 1; sql: string; parameters: readonly unknown[] }
  | { id: number; op: 'backup'; file: string }
  | { id: number; op: 'check' }
  | { id: number; op: 'watch'; on: boolean }
  | { id: number; op: 'close' };

export type ThreadAnswer =
  | { id: number; rows: unknown[]; changes: number; lastId: number }
  | { id: number; error: { code: string; message: string } }
  | { changed: true };

const WATCH_MS = 20;

run(workerData as ThreadData);

function run({ file, role }: ThreadData): void {
  const port = parentPort;
  if (!port) return;
  const connections: Sqlite.Database[] = [];
  const statements: Map<string, Sqlite.Statement>[] = [];
  let watch: NodeJS.Timeout | undefined;
  try {
    connections.push(open(file, role, 'normal'));
    if (role === 'writer') connections.push(open(file, role, 'full'));
    for (const _ of connections) statements.push(new Map());
  } catch (error) {
    port.postMessage({ id: 0, error: plain(error) } satisfies ThreadAnswer);
    return;
  }
  port.postMessage({ id: 0, rows: [], changes: 0, lastId: 0 } satisfies ThreadAnswer);

  port.on('message', (request: ThreadRequest) => {
    try {
      port.postMessage({ id: request.id, ...answer(request) } as ThreadAnswer);
    } catch (error) {
      port.postMessage({ id: request.id, error: plain(error) } satisfies ThreadAnswer);
    }
    if (request.op === 'close') port.close();
  });

  function answer(request: ThreadRequest): { rows: unknown[]; changes: number; lastId: number } {
    const first = connections[0] as Sqlite.Database;
    switch (request.op) {
      case 'query':
        return query(request.connection, request.sql, request.parameters);
      case 'backup':
        first.prepare('vacuum into ?').run(request.file);
        return NOTHING;
      case 'check':
        return { ...NOTHING, rows: first.pragma('integrity_check') as unknown[] };
      case 'watch':
        clearInterval(watch);
        if (request.on) watch = watchOthers(first);
        return NOTHING;
      case 'close':
        clearInterval(watch);
        for (const connection of connections) connection.close();
        return NOTHING;
    }
  }

  function query(connection: 0 | 1, sql: string, parameters: readonly unknown[]) {
    const cache = statements[connection] as Map<string, Sqlite.Statement>;
    let statement = cache.get(sql);
    if (!statement) {
      statement = (connections[connection] as Sqlite.Database).prepare(sql);
      if (cache.size >= 500) cache.clear();
      cache.set(sql, statement);
    }
    if (statement.reader) return { ...NOTHING, rows: statement.all(...parameters) };
    const result = statement.run(...parameters);
    return { rows: [], changes: result.changes, lastId: Number(result.lastInsertRowid) };
  }

  /** `data_version` changes when another connection has committed. */
  function watchOthers(connection: Sqlite.Database): NodeJS.Timeout {
    const pragma = connection.prepare('pragma data_version').pluck();
    let last = pragma.get();
    return setInterval(() => {
      const now = pragma.get();
      if (now === last) return;
      last = now;
      port?.postMessage({ changed: true } satisfies ThreadAnswer);
    }, WATCH_MS);
  }
}

const NOTHING = { rows: [] as unknown[], changes: 0, lastId: 0 };

function open(file: string, role: ThreadData['role'], synchronous: 'normal' | 'full'): Sqlite.Database {
  const connection = new Sqlite(file, { timeout: 10_000 });
  connection.pragma('journal_mode = wal');
  connection.pragma(`synchronous = ${synchronous}`);
  connection.pragma('foreign_keys = on');
  connection.pragma('cache_size = -8000');
  connection.pragma('temp_store = memory');
  if (role === 'reader') connection.pragma('query_only = on');
  return connection;
}

function plain(error: unknown): { code: string; message: string } {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNKNOWN';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
