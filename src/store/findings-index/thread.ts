/** The inside of the index thread: it reads the findings once, follows their changes and answers lists and counts. */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { countFacets, listIds, listRows } from './answer.ts';
import { fitsParts } from './filter.ts';
import type { Lookups } from './match.ts';
import type { IndexAnswer, IndexRequest } from './messages.ts';
import { openProjection } from './projection.ts';
import { type FindingRow, ROW_COLUMNS } from './row.ts';
import { statesOf } from './states.ts';

/** So often the index catches up while nobody asks, so that who asks after an import does not wait for it. */
const FOLLOW_MS = 250;

run(workerData as { file: string });

function run({ file }: { file: string }): void {
  const port = parentPort;
  if (!port) return;
  const db = new Sqlite(file, { timeout: 10_000 });
  db.pragma('query_only = on');
  db.pragma('cache_size = -8000');
  db.pragma('temp_store = memory');
  const projection = openProjection(db);
  const lookups = openLookups(db);
  const row = db.prepare<[number], FindingRow>(
    `select ${ROW_COLUMNS.join(', ')} from finding where rowid = ?`,
  );
  const version = db.prepare('pragma data_version').pluck();
  let seen: unknown;

  /** One snapshot for the changes, the answer and its rows. */
  const answer = db.transaction((message: IndexRequest): IndexAnswer => {
    if (message.op === 'close') return { id: message.id, closed: true };
    projection.refresh();
    if (message.op === 'facets')
      return { id: message.id, facets: countFacets(projection, message.request, lookups) };
    if (message.op === 'ids') return { id: message.id, ids: listIds(projection, message.request, lookups) };
    if (message.op === 'states')
      return { id: message.id, states: statesOf(projection.state, message.request) };
    const rows = listRows(projection, message.request, lookups);
    return { id: message.id, rows: rows.map((rowid) => row.get(rowid) as FindingRow) };
  });
  const catchUp = db.transaction(() => projection.refresh());
  const follow = setInterval(() => {
    if (!projection.loaded) return;
    try {
      const now = version.get();
      if (now !== seen) catchUp();
      seen = now;
    } catch {
      // The next question meets the same error and says it.
    }
  }, FOLLOW_MS);

  port.on('message', (message: IndexRequest) => {
    try {
      port.postMessage(answer(message));
    } catch (error) {
      port.postMessage({ id: message.id, error: plain(error) } satisfies IndexAnswer);
    }
    if (message.op !== 'close') return;
    clearInterval(follow);
    db.close();
    port.close();
  });
}

function openLookups(db: Sqlite.Database): Lookups {
  const rowidOf = db.prepare<[string], number>('select rowid from finding where id = ?').pluck();
  const accounts = db.prepare<[string], string>('select id from user_account where login = ?').pluck();
  const exploited = db.prepare<[], string>('select cve from cve_signal where kev_added is not null').pluck();
  const scored = db
    .prepare<[number, number], string>('select cve from cve_signal where epss >= ? and epss < ?')
    .pluck();
  const assets = db.prepare<[string], [string, string]>('select id, name from asset where project = ?').raw();
  return {
    rowidOf: (finding) => rowidOf.get(finding),
    accountOf: (login) => accounts.get(login),
    cves: (atom) =>
      new Set(atom.kev ? exploited.all() : scored.all(atom.from ?? -1, atom.to ?? Number.MAX_SAFE_INTEGER)),
    assetsNamed: (project, parts) =>
      assets.all(project).flatMap(([id, name]) => (fitsParts(parts, name) ? [id] : [])),
  };
}

function plain(error: unknown): { code: string; message: string } {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNKNOWN';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
