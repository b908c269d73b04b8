/**
 * Findings per second through identity (fingerprints, matching, masking, excerpts, one event each) into the store, in
 * transactions of 500 as a run's recorder makes them; beside as many bare events in transactions of the same size.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../src/app.ts';
import { ingestFindings } from '../src/findings/ingest.ts';
import { createMasker } from '../src/findings/masker.ts';
import { DEFAULT_MATCHING } from '../src/findings/matching-settings.ts';
import { createRuleBook } from '../src/findings/rule-book.ts';
import type { FindingEvent } from '../src/plugin/task.ts';
import { type Figure, median, printFigures, timed } from './parts/figures.ts';

const ROUNDS = 3;
const COUNT = 20_000;
const BATCH = 500;
const GOAL = 5_000;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const app = await openApp(
  {
    dataDir: folder,
    limits: { memoryMb: 512, timeSeconds: 60, findings: 1_000_000, logLines: 1000, concurrentRuns: 2 },
    net: { userAgent: 'bench', ratePerSecond: 5 },
  },
  { role: 'cli', version: 'bench' },
);
const { store } = app.services;
const fresh: number[] = [];
const again: number[] = [];
const bare: number[] = [];
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    const findings = findingsOf(round);
    fresh.push(COUNT / (await seconds(() => ingest(`run_${round}a`, findings))));
    again.push(COUNT / (await seconds(() => ingest(`run_${round}b`, findings))));
    bare.push(COUNT / (await seconds(bareEvents)));
  }
  const stored = await store.db
    .selectFrom('finding')
    .select((e) => e.fn.countAll().as('n'))
    .executeTakeFirst();
  const exact = Number(stored?.n) === COUNT * ROUNDS;
  const line = (what: string, rates: readonly number[]): Figure => ({
    what: `${what} (per second, median of ${ROUNDS} × ${COUNT})`,
    value: median(rates).toFixed(0),
    beside: `${(median(bare) / median(rates)).toFixed(1)} × the time of as many bare events (${median(bare).toFixed(0)}/s); ${stored?.n} findings stored`,
    goal: { words: `≥ ${GOAL}/s, each finding once`, met: median(rates) >= GOAL && exact },
  });
  printFigures([
    line('new findings stored with identity and event', fresh),
    line('known findings matched and updated', again),
  ]);
} finally {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
}

function findingsOf(round: number): FindingEvent<string>[] {
  return Array.from({ length: COUNT }, (_, index) => ({
    type: 'finding',
    rule: 'r',
    at: { kind: 'file', path: `src/file-${index % 5000}.ts`, region: { startLine: 1 + (index % 300) } },
    key: [`key-${round}-${index}`],
    message: 'A finding of usual length, with some words in it.',
    excerpt: {
      firstLine: 1,
      lines: Array.from({ length: 20 }, () => 'const value = compute(input, options); // a line of code'),
    },
  }));
}

async function ingest(run: string, findings: readonly FindingEvent<string>[]): Promise<void> {
  const scope = {
    dialect: store.dialect,
    key: Buffer.alloc(32, 1),
    project: 'prj_default',
    asset: 'ast_x',
    task: 't',
    run,
    actor: 'bench',
    rules: createRuleBook('t', { r: { title: 'Rule', severity: 'high', why: '', fix: '' } }).book,
    masker: createMasker(),
    taken: new Set<string>(),
    matching: DEFAULT_MATCHING,
    placeGone: () => false,
  };
  for (let at = 0; at < findings.length; at += BATCH)
    await store.write({ lane: 'run' }, (context) =>
      ingestFindings(context, scope, findings.slice(at, at + BATCH)),
    );
}

async function bareEvents(): Promise<void> {
  for (let at = 0; at < COUNT; at += BATCH)
    await store.write({ lane: 'run' }, async ({ emit }) => {
      for (let index = 0; index < BATCH; index += 1)
        emit({ type: 'run.cancelling', project: 'prj_default', actor: 'bench', subject: 'x', data: {} });
    });
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  return (await timed(work)) / 1000;
}
