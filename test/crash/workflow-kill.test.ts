import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';
import { POINTS } from './points.ts';
import { onDatabase, type Plan, planOf } from './workflow/plan.ts';
import { addTo, deathsOf, noTotals, type Totals, tableOf } from './workflow/report.ts';
import { tryPlans } from './workflow/try-seeds.ts';
import { runOnTwoServers } from './workflow/two-servers.ts';

/**
 * `SEED=n` repeats one seed, `SEEDS=from-to` some. Else the long run does 0 to 999 and the short one a few that follow from the
 * commit, so that over time it does them all.
 */
const LONG = process.env.SENTINELX_TEST_LONG === '1';
const SEEDS = seedsOf(process.env);
const BATCH = LONG ? 12 : 8;
/** Processes that are killed side by side. */
const LANES = 2;
/** One seed of so many runs on PostgreSQL, which dies as well. */
const ON_POSTGRES = 5;
const MINUTE_MS = 60_000;
const RESULTS = fileURLToPath(new URL('../results-long.md', import.meta.url));
const BIN = postgresPrograms();

const all: Totals[] = [];

test('the plan of a seed follows from its number alone', () => {
  for (const seed of [0, 1, 17, 999]) expect(planOf(seed)).toEqual(planOf(seed));
  const plans = Array.from({ length: 300 }, (_, seed) => JSON.stringify({ ...planOf(seed), seed: 0 }));
  expect(new Set(plans).size).toBe(300);
});

test(
  `embedded: whatever is killed, each step of ${SEEDS.length} workflows ends once (seeds ${words(SEEDS)})`,
  async () => {
    const totals = noTotals('embedded');
    all.push(totals);
    const batches = inBatches(SEEDS.map(planOf), BATCH);
    await inLanes(batches, async (plans) => addTo(totals, await tryPlans(plans)));
    verify(totals);
  },
  LONG ? 180 * MINUTE_MS : 3 * MINUTE_MS,
);

test.skipIf(!BIN)(
  'PostgreSQL: the same, and the database dies as well',
  async () => {
    const totals = noTotals('PostgreSQL');
    all.push(totals);
    const seeds = SEEDS.length === 1 ? SEEDS : SEEDS.filter((_, index) => index % ON_POSTGRES === 0);
    const servers: PostgresServer[] = [];
    try {
      await inLanes(inBatches(seeds.map(planOf).map(onDatabase), BATCH), async (plans, lane) => {
        // A restart would be one of the other lane as well.
        servers[lane] ??= await startPostgres(BIN ?? '');
        const server = servers[lane];
        const url = await server.database(`kill_${plans[0]?.seed}`);
        addTo(totals, await tryPlans(plans, { url, restart: server.restart }));
      });
    } finally {
      for (const server of servers) await server.stop();
    }
    verify(totals);
  },
  LONG ? 60 * MINUTE_MS : 3 * MINUTE_MS,
);

test.skipIf(!BIN)(
  'two servers on one PostgreSQL: one is killed, the other goes on with its steps',
  async () => {
    const totals = noTotals('two servers');
    all.push(totals);
    const seeds = SEEDS.length === 1 ? SEEDS : SEEDS.filter((_, index) => index % ON_POSTGRES === 1);
    const server = await startPostgres(BIN ?? '');
    try {
      for (const plans of inBatches(seeds.map(planOf), BATCH)) {
        const url = await server.database(`two_${plans[0]?.seed}`);
        addTo(totals, await tryPlans(plans, { url }, runOnTwoServers));
      }
    } finally {
      await server.stop();
    }
    verify(totals);
  },
  LONG ? 60 * MINUTE_MS : 3 * MINUTE_MS,
);

if (LONG)
  test('the long run has killed at every crash point', () => {
    const died = new Set(all.flatMap((totals) => [...totals.deaths.keys()]));
    expect(POINTS.filter((point) => !died.has(point))).toEqual([]);
    keepResults();
  });

function verify(totals: Totals): void {
  console.log(
    `${totals.name}: ${totals.seeds} seeds, ${totals.lives} processes, ${deathsOf(totals)} deaths, ${totals.steps} steps, ` +
      `${totals.recovered} done again, ${totals.lost} lost, ${totals.doubled} doubled, ${totals.stuck} stuck`,
  );
  expect(totals.problems.join('\n\n')).toBe('');
  expect(totals.seeds).toBeGreaterThan(0);
  // Some are never due, because everything has ended before.
  expect(deathsOf(totals)).toBeGreaterThan(totals.seeds / 5);
}

function keepResults(): void {
  const begin = '<!-- kill test of workflows -->';
  const end = '<!-- end of the kill test of workflows -->';
  const text = `${begin}\n## Kill test of workflows\n\n${tableOf(all)}\n${end}`;
  const before = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '# Results of the long tests\n';
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  const after =
    from >= 0 && to > from
      ? before.slice(0, from) + text + before.slice(to + end.length)
      : `${before.trimEnd()}\n\n${text}\n`;
  writeFileSync(RESULTS, after);
}

/** Takes one batch after the other in each of the lanes. */
async function inLanes(
  batches: readonly Plan[][],
  work: (plans: Plan[], lane: number) => Promise<void>,
): Promise<void> {
  const waiting = [...batches];
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let plans = waiting.shift(); plans; plans = waiting.shift()) await work(plans, lane);
    }),
  );
}

function inBatches(plans: readonly Plan[], size: number): Plan[][] {
  const batches: Plan[][] = [];
  for (let at = 0; at < plans.length; at += size) batches.push(plans.slice(at, at + size));
  return batches;
}

function seedsOf(env: Record<string, string | undefined>): number[] {
  const { SEED, SEEDS: range } = env;
  if (SEED) return [Number(SEED)];
  const [from, to] = (range ?? '').split('-').map(Number);
  if (range && from !== undefined && to !== undefined)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  if (LONG) return Array.from({ length: 1_000 }, (_, seed) => seed);
  const begin =
    Number.parseInt(createHash('sha256').update(commitId()).digest('hex').slice(0, 8), 16) % 1_000;
  return Array.from({ length: 16 }, (_, index) => (begin + index) % 1_000);
}

function words(seeds: readonly number[]): string {
  return seeds.length < 3 ? seeds.join(', ') : `${seeds[0]} to ${seeds.at(-1)}`;
}

function commitId(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'no-commit';
  }
}
