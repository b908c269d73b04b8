import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { ingestFindings } from '../../src/findings/ingest.ts';
import { createMasker } from '../../src/findings/masker.ts';
import { DEFAULT_MATCHING } from '../../src/findings/matching-settings.ts';
import { createRuleBook } from '../../src/findings/rule-book.ts';
import type { FindingEvent } from '../../src/plugin/task.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { median } from './figures.ts';
import { PROJECT } from './many-findings.ts';

const ROUNDS = 3;
const COUNT = 5_000;
const BATCH = 500;
const WAYS = ['without', 'with', 'loaded'] as const;

export interface IngestRates {
  fresh: number;
  again: number;
}

/** Findings per second: without the triggers, with them, and with an index in memory that follows. */
export async function ingestRates(dataDir: string): Promise<Record<(typeof WAYS)[number], IngestRates>> {
  const store = await openStore({ dataDir });
  const rates = { without: [], with: [], loaded: [] } as Record<(typeof WAYS)[number], IngestRates[]>;
  const triggers = triggersOf(dataDir);
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of WAYS) {
      if (way === 'without') triggers.drop();
      if (way === 'loaded') await store.findings?.facets({ project: PROJECT, filter: [] });
      const findings = findingsOf(`${way} ${round}`);
      const fresh = await rate(() => ingest(store, `run_${way}_${round}_1`, findings));
      const again = await rate(() => ingest(store, `run_${way}_${round}_2`, findings));
      rates[way].push({ fresh, again });
      if (way === 'without') triggers.make();
    }
  }
  triggers.close();
  await store.close();
  const middle = (way: (typeof WAYS)[number]): IngestRates => ({
    fresh: median(rates[way].map((one) => one.fresh)),
    again: median(rates[way].map((one) => one.again)),
  });
  return { without: middle('without'), with: middle('with'), loaded: middle('loaded') };
}

function triggersOf(dataDir: string) {
  const db = new Sqlite(join(dataDir, 'sentinelx.db'));
  const all = db.prepare("select name, sql from sqlite_schema where type = 'trigger'").all() as {
    name: string;
    sql: string;
  }[];
  return {
    drop: () => db.exec(all.map(({ name }) => `drop trigger "${name}";`).join('')),
    make: () => db.exec(all.map(({ sql }) => `${sql};`).join('')),
    close: () => db.close(),
  };
}

async function ingest(store: Store, run: string, findings: readonly FindingEvent<string>[]): Promise<void> {
  const scope = {
    dialect: store.dialect,
    key: Buffer.alloc(32, 1),
    project: PROJECT,
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

function findingsOf(name: string): FindingEvent<string>[] {
  const lines = Array.from({ length: 20 }, () => 'const value = compute(input, options); // a line of code');
  return Array.from({ length: COUNT }, (_, index) => ({
    type: 'finding',
    rule: 'r',
    at: { kind: 'file', path: `src/file-${index % 500}.ts`, region: { startLine: 1 + (index % 300) } },
    key: [`${name} ${index}`],
    message: 'A finding of usual length, with some words in it.',
    excerpt: { firstLine: 1, lines },
  }));
}

async function rate(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return COUNT / ((performance.now() - started) / 1_000);
}
