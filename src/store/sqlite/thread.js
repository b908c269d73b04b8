// @ts-check
/**
 * The inside of a store thread: better-sqlite3 and nothing else. JavaScript, because a thread that has to read TypeScript
 * loads the reader for it, 11 MB in each of the two threads.
 *
 * @import { ThreadAnswer, ThreadData, ThreadRequest, ThreadResult } from './messages.ts'
 */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

const WATCH_MS = 20;
/** Pages of the write-ahead log (16 MB) from which on it is moved beside the writing. */
const GROWN_PAGES = 4_000;
const ANSWER_BYTES = 64 * 2 ** 20;
/** An object with some numbers. */
const ROW_BYTES = 150;
/** @type {ThreadResult} */
const NOTHING = { rows: [], changes: 0, lastId: 0 };

run(workerData);

/** @param {ThreadData} data */
function run({ file, role }) {
  const port = parentPort;
  if (!port) return;
  /** @param {ThreadAnswer} message */
  const say = (message) => port.postMessage(message);
  /** @type {Sqlite.Database} */
  let connection;
  /** @type {NodeJS.Timeout | undefined} */
  let watch;
  try {
    connection = open(file, role);
  } catch (error) {
    say({ id: 0, error: plain(error) });
    return;
  }
  const ask = cachedQueries(connection);
  const grown = role === 'writer' ? logGrown(connection) : () => false;
  say({ id: 0, ...NOTHING });

  port.on('message', (/** @type {ThreadRequest} */ request) => {
    try {
      say({ id: request.id, ...answer(request) });
    } catch (error) {
      say({ id: request.id, error: plain(error) });
    }
    if (request.op === 'close') port.close();
  });

  /**
   * @param {Extract<ThreadRequest, { op: 'query' }>} request
   * @returns {ThreadResult}
   */
  function query({ sql, parameters, inTransaction, begin }) {
    if (begin) ask('begin immediate', []);
    if (inTransaction && !connection.inTransaction)
      throw Object.assign(new Error('The transaction has ended.'), { code: 'NO_TRANSACTION' });
    const result = ask(sql, parameters);
    if (sql === 'commit' && grown()) say({ grown: true });
    return result;
  }

  /**
   * @param {Extract<ThreadRequest, { op: 'batch' }>} request
   * @returns {ThreadResult}
   */
  function batch({ statements, begin }) {
    for (const [index, statement] of statements.entries()) {
      const first = begin && index === 0;
      const one = { id: 0, op: /** @type {const} */ ('query'), inTransaction: true };
      if ('parameters' in statement) query({ ...one, ...statement, begin: first });
      else {
        let opens = first;
        for (const parameters of unpacked(statement)) {
          query({ ...one, sql: statement.sql, parameters, begin: opens });
          opens = false;
        }
      }
    }
    return NOTHING;
  }

  /**
   * @param {ThreadRequest} request
   * @returns {ThreadResult}
   */
  function answer(request) {
    switch (request.op) {
      case 'query':
        return query(request);
      case 'batch':
        return batch(request);
      case 'backup':
        connection.prepare('vacuum into ?').run(request.file);
        return NOTHING;
      case 'check':
        return { ...NOTHING, rows: /** @type {unknown[]} */ (connection.pragma('integrity_check')) };
      case 'move':
        return { ...NOTHING, rows: /** @type {unknown[]} */ (connection.pragma('wal_checkpoint(passive)')) };
      case 'watch':
        clearInterval(watch);
        if (request.on) watch = watchOthers(connection, () => say({ changed: true }));
        return NOTHING;
      case 'close':
        clearInterval(watch);
        connection.close();
        return NOTHING;
    }
  }
}

/**
 * The values of each row; the list is the same one each time.
 *
 * @param {import('../bulk.ts').RowsQuery} query
 */
function* unpacked({ rows, common, codes, texts, numbers }) {
  const values = [...common];
  const varying = common.flatMap((value, index) => (value === undefined ? [index] : []));
  let [code, text, number] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    for (const index of varying) {
      const length = /** @type {number} */ (codes[code++]);
      if (length >= 0) {
        values[index] = texts.slice(text, text + length);
        text += length;
      } else values[index] = length === -2 ? numbers[number++] : null;
    }
    yield values;
  }
}

/** @param {Sqlite.Database} connection */
function cachedQueries(connection) {
  /** @type {Map<string, Sqlite.Statement>} */
  const cache = new Map();
  /**
   * @param {string} sql
   * @param {readonly unknown[]} parameters
   * @returns {ThreadResult}
   */
  return (sql, parameters) => {
    let statement = cache.get(sql);
    if (!statement) {
      statement = connection.prepare(sql);
      if (cache.size >= 500) cache.clear();
      cache.set(sql, statement);
    }
    if (statement.reader) return { ...NOTHING, rows: bounded(statement.iterate(...parameters)) };
    const result = statement.run(...parameters);
    return { rows: [], changes: result.changes, lastId: Number(result.lastInsertRowid) };
  };
}

/**
 * Out of memory inside of the driver ends the whole process, not only this thread: so no answer may get there.
 *
 * @param {Iterable<unknown>} answer
 */
function bounded(answer) {
  const rows = [];
  let size = 0;
  for (const row of answer) {
    size += ROW_BYTES;
    for (const value of Object.values(/** @type {object} */ (row))) {
      if (typeof value === 'string' || value instanceof Uint8Array) size += value.length;
    }
    if (size > ANSWER_BYTES)
      throw Object.assign(new Error('The answer is too large.'), { code: 'ANSWER_TOO_LARGE' });
    rows.push(row);
  }
  return rows;
}

/**
 * `data_version` changes when another connection has committed.
 *
 * @param {Sqlite.Database} connection
 * @param {() => void} changed
 */
function watchOthers(connection, changed) {
  const pragma = connection.prepare('pragma data_version').pluck();
  let last = pragma.get();
  return setInterval(() => {
    const now = pragma.get();
    if (now === last) return;
    last = now;
    changed();
  }, WATCH_MS);
}

/**
 * Whether the write-ahead log holds much, asked without moving anything.
 *
 * @param {Sqlite.Database} connection
 */
function logGrown(connection) {
  const pragma = connection.prepare('pragma wal_checkpoint(noop)');
  return () => {
    const { log } = /** @type {{ log: number }} */ (pragma.get());
    return log >= GROWN_PAGES;
  };
}

/**
 * @param {string} file
 * @param {ThreadData['role']} role
 */
function open(file, role) {
  const connection = new Sqlite(file, { timeout: 10_000 });
  connection.pragma('journal_mode = wal');
  // A commit that must be on disk is followed by a sync of the log, which is not this thread's work.
  connection.pragma('synchronous = normal');
  connection.pragma('foreign_keys = on');
  // 32 MB of log before a commit moves it itself: at 4 MB, an import spent a third of its time on moving the same pages again and again.
  connection.pragma('wal_autocheckpoint = 8000');
  connection.pragma('cache_size = -8000');
  connection.pragma('temp_store = memory');
  if (role === 'reader') connection.pragma('query_only = on');
  return connection;
}

/** @param {unknown} error */
function plain(error) {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNKNOWN';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
