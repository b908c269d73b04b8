/** Reads through the whole stack (address, host, token, limits, permission, validation, output) beside a bare Fastify route. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, printFigures } from './parts/figures.ts';
import { makeFindings } from './parts/many-findings.ts';
import type { LoadAnswer, LoadOrder, PairAnswer, PairOrder } from './parts/requests.ts';

const GOAL_SHARE = 0.6;
const GOAL_ADDED_MS = 0.15;
const GOAL_CHECK_MICROS = 20;
const ROUNDS = 7;
/** The first ones, until both are compiled, do not count. */
const PAIRS = 3_000;
const WARM_UP = 600;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const dataDir = join(folder, 'data');
await makeFindings(dataDir, 10_000);
const child = (name: string, args: string[]) =>
  fork(fileURLToPath(new URL(`parts/${name}`, import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
const message = <T>(of: ReturnType<typeof child>) =>
  new Promise<T>((resolve) => of.once('message', (value) => resolve(value as T)));

const server = child('bare-route.ts', [dataDir]);
const places = await message<{
  full: string;
  bare: string;
  token: string;
  authoriseMicros: number;
  resolveMicros: number;
}>(server);
const client = child('requests.ts', []);
await message(client);

async function ask<T>(order: LoadOrder | PairOrder): Promise<T> {
  const answer = message<T>(client);
  client.send(order);
  return answer;
}
const load = (order: LoadOrder) => ask<LoadAnswer>(order);

/** One after the other in short turns, so that both meet the same noise. */
async function compare(path: string, connections: number) {
  const order = (base: string) => ({
    url: `${base}${path}`,
    token: places.token,
    connections,
    milliseconds: 1_200,
  });
  await load(order(places.full));
  await load(order(places.bare));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ full: await load(order(places.full)), bare: await load(order(places.bare)) });
  const errors = rounds.reduce((sum, { full, bare }) => sum + full.errors + bare.errors, 0);
  if (errors > 0) throw new Error(`${errors} answers were not 200`);
  return {
    full: median(rounds.map(({ full }) => full.perSecond)),
    bare: median(rounds.map(({ bare }) => bare.perSecond)),
    share: median(rounds.map(({ full, bare }) => full.perSecond / bare.perSecond)),
  };
}

/** One connection each, request by request in turn: a difference of a tenth of a millisecond is lost in what a machine does in a second. */
async function added(path: string) {
  const { times, errors } = await ask<PairAnswer>({
    pair: [`${places.full}${path}`, `${places.bare}${path}`],
    token: places.token,
    count: PAIRS + WARM_UP,
  });
  if (errors > 0) throw new Error(`${errors} answers were not 200`);
  const counted = times.slice(WARM_UP);
  return {
    ms: median(counted.map(([full, bare]) => full - bare)),
    bare: median(counted.map(([, bare]) => bare)),
  };
}

const many = await compare('/api/v1/findings?limit=50', 20);
const few = await added('/api/v1/findings?limit=50');
server.kill('SIGTERM');
client.kill('SIGTERM');
await new Promise((resolve) => server.once('exit', resolve));
rmSync(folder, { recursive: true, force: true });
printFigures([
  {
    what: 'reads of 50 findings a second through the whole stack, 20 connections (median of 7)',
    value: `${many.full.toFixed(0)}`,
    beside: `${(many.share * 100).toFixed(0)} % of the bare route (${many.bare.toFixed(0)})`,
    goal: { words: '≥ 60 %', met: many.share >= GOAL_SHARE },
  },
  {
    what: `time that the stack adds to one answer, one connection (ms, median of ${PAIRS} pairs sent in turn)`,
    value: few.ms.toFixed(3),
    beside: `bare route ${few.bare.toFixed(3)} ms`,
    goal: { words: `≤ ${GOAL_ADDED_MS} ms`, met: few.ms <= GOAL_ADDED_MS },
  },
  {
    what: 'check of a permission (µs)',
    value: places.authoriseMicros.toFixed(3),
    beside: `with resolving roles and grants of a principal: ${places.resolveMicros.toFixed(2)} µs`,
    goal: {
      words: `≤ ${GOAL_CHECK_MICROS} µs`,
      met: places.authoriseMicros + places.resolveMicros <= GOAL_CHECK_MICROS,
    },
  },
]);
