/**
 * `node bench/store.ts`: what the embedded store takes per second on this machine, beside the same work done directly with
 * better-sqlite3 on the main thread in the same run (1.00 = as fast as that).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { newId } from '../src/lib/ids.ts';
import type { NewEvent } from '../src/model/event.ts';
import { openStore } from '../src/store/open.ts';
import { appendLog } from '../src/store/run-log.ts';
import { type Figure, median, printFigures } from './parts/figures.ts';

const PER_COMMIT = 500;
const ROUNDS = 3;
/** docs/decisions/0004-store.md and the plan: rows that the event table must take, and the price of the way to the thread. */
const GOAL_EVENTS = 150_000;
const GOAL_READS = 10_000;

/** Numbers the calls of the whole benchmark: two rows are never the same. */
let calls = 0;
const dataDir = await mkdtemp(join(tmpdir(), 'sentinelx-bench-'));
const opening = performance.now();
const store = await openStore({ dataDir });
const figures: Figure[] = [
  {
    what: 'open a new store, all migrations (ms, once)',
    value: (performance.now() - opening).toFixed(0),
    beside: `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB resident afterwards`,
  },
];
const direct = await openDirect();

try {
  const commit = (durable: boolean) => (n: number) =>
    store.write({ lane: 'run', durable }, async ({ emit }) => emit(event(n)));
  await compare('commits with one event', 3_000, commit(false), (n) => direct.events('normal', [event(n)]));
  await compare('durable commits with one event', 500, commit(true), (n) =>
    direct.events('full', [event(n)]),
  );
  await compare(
    `events, ${PER_COMMIT} per commit`,
    200,
    (n) =>
      store.write({ lane: 'bulk' }, async ({ emit }) => {
        for (let i = 0; i < PER_COMMIT; i++) emit(event(n * PER_COMMIT + i));
      }),
    (n) =>
      direct.events(
        'normal',
        Array.from({ length: PER_COMMIT }, (_, i) => event(n * PER_COMMIT + i)),
      ),
    PER_COMMIT,
    GOAL_EVENTS,
  );
  await compare(
    `log lines, ${PER_COMMIT} per commit`,
    200,
    (n) => store.write({ lane: 'run' }, ({ tx }) => appendLog(tx, store.dialect, 'run_bench', lines(n))),
    (n) => direct.log(lines(n)),
    PER_COMMIT,
  );
  const read = () =>
    store.db.selectFrom('project').select('id').where('id', '=', 'prj_default').executeTakeFirst();
  await compare('point reads, one after the other', 5_000, read, direct.read, 1, GOAL_READS);
  await compare(
    'point reads, 100 at a time',
    200,
    () => Promise.all(Array.from({ length: 100 }, read)),
    () => {
      for (let i = 0; i < 100; i++) direct.read();
    },
    100,
  );
  printFigures(figures);
} finally {
  direct.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function compare(
  name: string,
  times: number,
  ours: (n: number) => Promise<unknown>,
  theirs: (n: number) => void,
  each = 1,
  goal?: number,
): Promise<void> {
  const rates: number[] = [];
  const directRates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.push(await perSecond(times, ours, each));
    directRates.push(await perSecond(times, async (n) => theirs(n), each));
  }
  const [one, other] = [median(rates), median(directRates)];
  const round = (rate: number) => Math.round(rate).toLocaleString('en');
  figures.push({
    what: `${name} (per second, median of ${ROUNDS})`,
    value: round(one),
    beside: `${(one / other).toFixed(2)} × better-sqlite3 on the main thread (${round(other)}/s); ${(1000 / one).toFixed(3)} ms each`,
    ...(goal === undefined ? {} : { goal: { words: `≥ ${round(goal)}/s`, met: one >= goal } }),
  });
}

async function perSecond(
  times: number,
  work: (n: number) => Promise<unknown>,
  each: number,
): Promise<number> {
  for (let n = 0; n < times / 10; n++) await work(calls++);
  const start = performance.now();
  for (let n = 0; n < times; n++) await work(calls++);
  return (times * each) / ((performance.now() - start) / 1000);
}

/** The same tables in a file of its own, without threads and without Kysely. */
async function openDirect() {
  const folder = await mkdtemp(join(dataDir, 'direct-'));
  await (await openStore({ dataDir: folder })).close();
  const connect = (synchronous: string) => {
    const db = new Sqlite(join(folder, 'sentinelx.db'));
    db.pragma(`synchronous = ${synchronous}`);
    const insert = db.prepare(
      'insert into event (id, time, type, v, project, actor, subject, run, cause, data) values (?, ?, ?, 1, ?, ?, ?, ?, null, ?)',
    );
    const events = db.transaction((all: NewEvent[]) => {
      for (const { type, project, actor, subject, run, data } of all)
        insert.run(newId('evt'), Date.now(), type, project, actor, subject, run, JSON.stringify(data));
    });
    return { db, events };
  };
  const normal = connect('normal');
  const full = connect('full');
  const addLine = normal.db.prepare(
    'insert into run_log (run, seq, time, level, text) values (?, ?, ?, ?, ?)',
  );
  const point = normal.db.prepare('select id from project where id = ?');
  return {
    events: (level: 'normal' | 'full', all: NewEvent[]) =>
      (level === 'full' ? full : normal).events.immediate(all),
    log: normal.db.transaction((all: ReturnType<typeof lines>) => {
      for (const line of all) addLine.run('run_bench', line.seq, line.time, line.level, line.text);
    }),
    read: () => void point.get('prj_default'),
    close() {
      normal.db.close();
      full.db.close();
    },
  };
}

function lines(n: number) {
  return Array.from({ length: PER_COMMIT }, (_, i) => ({
    seq: n * PER_COMMIT + i,
    time: 1,
    level: 'info' as const,
    text: `line ${i} of a run that says what it does`,
  }));
}

function event(n: number): NewEvent {
  return {
    type: 'run.progress',
    project: 'prj_default',
    actor: 'system',
    subject: newId('run'),
    run: 'run_bench',
    data: { done: n, total: null, note: 'on its way' },
  };
}
