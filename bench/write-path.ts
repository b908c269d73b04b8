/**
 * `node bench/write-path.ts [sizes]`: findings of an import per second through identity (fingerprints, matching, masking, merging with
 * other tools, what an undo needs, events) into the embedded store, as a run's recorder stores them, with 10⁵ and 10⁶ findings there;
 * how long a person's write beside it takes; and as many bare events in transactions of the same size, on the same machine at the
 * same time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { createIngest } from '../src/findings/ingest/in-chunks.ts';
import { storePrepared } from '../src/findings/ingest.ts';
import { createMasker } from '../src/findings/masker.ts';
import { DEFAULT_MATCHING } from '../src/findings/matching-settings.ts';
import { createRuleBook } from '../src/findings/rule-book.ts';
import { newId } from '../src/lib/ids.ts';
import type { FindingEvent } from '../src/plugin/task.ts';
import { openStore } from '../src/store/open.ts';
import type { Store } from '../src/store/store.ts';
import { type Figure, median, printFigures, share, timed } from './parts/figures.ts';
import { makeFindings, PROJECT } from './parts/many-findings.ts';

const ROUNDS = 3;
const COUNT = 20_000;
const CHUNK = 250;
const PAUSE_MS = 15;
const SIZES: readonly { size: number; fresh: number }[] = [
  { size: 100_000, fresh: 10_000 },
  { size: 1_000_000, fresh: 5_000 },
];
const KNOWN_GOAL = 15_000;
const WAIT_GOAL = 50;
const RULE = { title: 'Rule', severity: 'high' as const, why: '', fix: '', cwe: [79] };

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const figures: Figure[] = [];
try {
  const wanted = process.argv.slice(2).map(Number);
  for (const { size, fresh } of SIZES) {
    if (wanted.length > 0 && !wanted.includes(size)) continue;
    const dataDir = join(folder, String(size));
    await makeFindings(dataDir, size);
    makePrints(dataDir);
    const store = await openStore({ dataDir });
    await measure(store, { size, goal: fresh });
    await store.close();
    rmSync(dataDir, { recursive: true });
  }
  printFigures(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Two for each finding, as those of a file with a weakness have them: near each other when their places are. */
function makePrints(dataDir: string): void {
  const db = new Sqlite(join(dataDir, 'sentinelx.db'));
  db.pragma('synchronous = off');
  db.pragma('cache_size = -200000');
  for (const [kind, times] of [
    ['moved', 2_654_435_761],
    ['weakness', 2_246_822_519],
  ] as const)
    db.exec(`insert into finding_fingerprint
      select id, '${kind}', 2, cast(unhex(printf('%08x', (rowid / 5) * ${times} % 4294967296)) || randomblob(12) as blob) as value
      from finding order by value`);
  db.pragma('wal_checkpoint(truncate)');
  db.close();
}

async function measure(store: Store, { size, goal }: { size: number; goal: number }): Promise<void> {
  const rates = { fresh: [] as number[], again: [] as number[], bare: [] as number[] };
  const waits = { alone: [] as number[], beside: [] as number[] };
  const before = await count(store);
  for (let round = 0; round < ROUNDS; round++) {
    const findings = findingsOf(round);
    waits.alone.push(...(await people(store, sleep(1_000))));
    rates.bare.push(await rate(() => bareEvents(store)));
    for (const kind of ['fresh', 'again'] as const) {
      const work = rate(() => ingest(store, findings));
      waits.beside.push(...(await people(store, work)));
      rates[kind].push(await work);
    }
  }
  const exact = (await count(store)) === before + COUNT * ROUNDS;
  const name = `${size.toLocaleString('en')} existing`;
  const bare = median(rates.bare);
  const line = (what: string, list: readonly number[], least: number): Figure => ({
    what: `${what}, ${name} (per second, median of ${ROUNDS} × ${COUNT})`,
    value: median(list).toFixed(0),
    beside: `${(bare / median(list)).toFixed(1)} × the time of as many bare events (${bare.toFixed(0)}/s)`,
    goal: { words: `≥ ${least}/s, each finding once`, met: median(list) >= least && exact },
  });
  const ms = (list: readonly number[]) => `${median(list).toFixed(1)} / ${share(list, 0.99).toFixed(1)}`;
  figures.push(
    line('new findings of an import', rates.fresh, goal),
    line('known findings of an import', rates.again, KNOWN_GOAL),
    {
      what: `a person's write beside it, ${name} (ms, p50 / p99)`,
      value: ms(waits.beside),
      beside: `${ms(waits.alone)} alone; ${waits.beside.length} writes, each on disk before it returns`,
      goal: { words: `p99 ≤ ${WAIT_GOAL} ms`, met: share(waits.beside, 0.99) <= WAIT_GOAL },
    },
  );
}

/** Writes as an operation does, for as long as the work goes on. */
async function people(store: Store, work: Promise<unknown>): Promise<number[]> {
  let busy = true;
  void work.finally(() => {
    busy = false;
  });
  const times: number[] = [];
  while (busy) {
    const value = String(times.length);
    times.push(
      await timed(() =>
        store.write({ lane: 'interactive', durable: true }, ({ tx }) =>
          tx
            .insertInto('meta')
            .values({ key: 'bench', value })
            .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
            .execute(),
        ),
      ),
    );
    await sleep(PAUSE_MS);
  }
  return times;
}

/** File by file, as tools report. */
function findingsOf(round: number): FindingEvent<string>[] {
  const lines = Array.from({ length: 20 }, () => 'const value = compute(input, options); // a line of code');
  return Array.from({ length: COUNT }, (_, index) => ({
    type: 'finding',
    rule: 'r',
    at: {
      kind: 'file',
      path: `src/round-${round}/part-${index >> 6}/file-${index >> 2}.ts`,
      region: { startLine: 1 + (index % 300) },
    },
    key: [`key-${round}-${index}`],
    message: 'A finding of usual length, with some words in it.',
    excerpt: { firstLine: 1, lines },
  }));
}

async function ingest(store: Store, findings: readonly FindingEvent<string>[]): Promise<void> {
  const scope = {
    dialect: store.dialect,
    key: Buffer.alloc(32, 1),
    project: PROJECT,
    asset: 'ast_x',
    task: 't',
    run: newId('run'),
    actor: 'bench',
    rules: createRuleBook('t', { r: RULE }).book,
    masker: createMasker(),
    taken: new Set<string>(),
    matching: DEFAULT_MATCHING,
    changeSet: newId('chg'),
  };
  const ingest = createIngest(scope, {
    store: (items) => store.write({ lane: 'run' }, (context) => storePrepared(context, scope, items)),
    personWrites: store.personWrites,
  });
  await ingest(findings);
}

async function bareEvents(store: Store): Promise<void> {
  for (let at = 0; at < COUNT; at += CHUNK)
    await store.write({ lane: 'run' }, async ({ emit }) => {
      for (let index = 0; index < CHUNK; index += 1)
        emit({ type: 'run.cancelling', project: PROJECT, actor: 'bench', subject: 'x', data: {} });
    });
}

async function count(store: Store): Promise<number> {
  const row = await store.db
    .selectFrom('finding')
    .select((e) => e.fn.countAll().as('n'))
    .executeTakeFirst();
  return Number(row?.n);
}

async function rate(work: () => Promise<unknown>): Promise<number> {
  return COUNT / ((await timed(work)) / 1_000);
}
