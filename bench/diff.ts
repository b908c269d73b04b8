/**
 * `node bench/diff.ts [SIZE]`: comparisons at a million findings on the embedded store: two scans of 100,000 findings, a project at two
 * moments, each with its counts and a page, with other sides in every round; and what the first one costs that reads an index.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { diff } from '../src/findings/diff/diff.ts';
import { readRunSet } from '../src/findings/diff/run-set.ts';
import type { Side } from '../src/findings/diff/side.ts';
import { DIFF_SECTIONS, type DiffSection } from '../src/model/diff-section.ts';
import { openStore } from '../src/store/open.ts';
import type { Store } from '../src/store/store.ts';
import { type Figure, median, printFigures, share, timed } from './parts/figures.ts';
import { makeFindings, PROJECT } from './parts/many-findings.ts';

const SIZE = Number(process.argv[2] ?? 1_000_000);
const RUNS = 6;
const IN_A_RUN = 100_000;
/** From run to run so many are gone and as many are new. */
const CHANGED = 1_000;
const HISTORY = 20_000;
const ROUNDS = 30;
const GOAL_MS = 200;
/** The findings of `makeFindings` were first seen within these moments. */
const FIRST = 1_750_000_000_000;
const LAST = FIRST + (SIZE / 500) * 20_000;

const folder = await mkdtemp(join(tmpdir(), 'sentinelx-bench-'));
try {
  const dataDir = join(folder, 'data');
  console.log(`made in ${((await timed(() => makeFindings(dataDir, SIZE))) / 1000).toFixed(0)} s`);
  addRuns(join(dataDir, 'sentinelx.db'));
  const store = await openStore({ dataDir });
  printFigures(await measure(store));
  await store.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Runs over overlapping stretches of the findings, the newer ones at their end, and a history of what was fixed. */
function addRuns(file: string): void {
  const db = new Sqlite(file);
  db.pragma('synchronous = off');
  db.pragma('cache_size = -200000');
  for (let run = 0; run < RUNS; run += 1) {
    const ended = LAST + run;
    db.prepare(
      `insert into run (id, project, task, task_version, status, params, asset, principal, fence, created, started, ended, counts)
       values (?, '${PROJECT}', 'task-0', 1, 'done', '{}', 'ast_0', 'bench', 0, ?, ?, ?, '{}')`,
    ).run(idOf(run), ended, ended, ended);
    db.prepare(
      `insert into coverage (run, seq, project, scope, rules) values (?, 1, '${PROJECT}', ?, 'null')`,
    ).run(idOf(run), JSON.stringify({ kind: 'everything' }));
    db.prepare(
      `insert into occurrence select ?, id, project, location, 'seen' from
       (select id, project, location from finding order by id limit ? offset ?)`,
    ).run(idOf(run), IN_A_RUN, run * CHANGED);
  }
  db.prepare(
    `insert into finding_history select 'hst_' || id, project, id, ? + (rowid % 1000000) * 40, 'bench', 'fixed', null, '{"from":"open"}'
     from finding where status = 'fixed' limit ?`,
  ).run(FIRST, HISTORY);
  db.pragma('wal_checkpoint(truncate)');
  db.close();
}

function idOf(run: number): string {
  return `run_bench_${run}`;
}

async function measure(store: Store): Promise<Figure[]> {
  const figures: Figure[] = [];
  const cold = await timed(() => compare(store, sidesOfRuns(0), 'new'));
  const sets = await timed(() => readRunSet(store, idOf(RUNS - 1), { keep: true }));
  for (let run = 0; run < RUNS; run += 1) await readRunSet(store, idOf(run), { keep: true });
  for (const [what, sides] of [
    [`two scans of ${IN_A_RUN.toLocaleString('en')} findings`, sidesOfRuns],
    ['the project at two moments', sidesOfTimes],
    ['the project a while ago and now', sinceSides],
  ] as const) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      for (const section of DIFF_SECTIONS)
        times.push(await timed(() => compare(store, sides(round), section)));
    const p95 = share(times, 0.95);
    figures.push({
      what: `${what}, counts and a page, at ${SIZE.toLocaleString('en')} findings (ms, p50 / p95)`,
      value: `${median(times).toFixed(0)} / ${p95.toFixed(0)}`,
      beside: `${times.length} comparisons`,
      goal: { words: `p95 ≤ ${GOAL_MS}`, met: p95 <= GOAL_MS },
    });
  }
  figures.push({
    what: 'the first comparison of a process, which reads the index (ms) / the set of a run that was not kept yet (ms)',
    value: `${cold.toFixed(0)} / ${sets.toFixed(0)}`,
    beside: 'once; a server keeps the set when a run ends',
  });
  return figures;
}

async function compare(store: Store, [older, newer]: [Side, Side], section: DiffSection): Promise<void> {
  const readReport = async function* () {};
  const now = Date.now();
  const found = await diff({ store, project: PROJECT, now, older, newer, asset: undefined, readReport });
  await found[section].page(undefined, 100);
}

function sidesOfRuns(round: number): [Side, Side] {
  const from = round % (RUNS - 1);
  const to = from + 1 + (round % (RUNS - 1 - from));
  return [
    { kind: 'run', run: idOf(from) },
    { kind: 'run', run: idOf(to) },
  ];
}

function sidesOfTimes(round: number): [Side, Side] {
  const span = (LAST - FIRST) / 2;
  const from = FIRST + span + (round * span) / 100;
  return [
    { kind: 'time', time: Math.round(from) },
    { kind: 'time', time: Math.round(from + span / 4) },
  ];
}

function sinceSides(round: number): [Side, Side] {
  const [from] = sidesOfTimes(round);
  return [from, { kind: 'time', time: Date.now() }];
}
