/** Reads through the whole stack (address, host, token, limits, permission, validation, output) beside a bare Fastify route. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, printFigures } from './parts/figures.ts';
import { makeFindings } from './parts/many-findings.ts';
import type { LoadAnswer, LoadOrder } from './parts/requests.ts';

const GOAL_SHARE = 0.6;
const GOAL_ADDED_MS = 0.15;
const GOAL_CHECK_MICROS = 20;
const ROUNDS = 7;

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

async function load(order: LoadOrder): Promise<LoadAnswer> {
  const answer = message<LoadAnswer>(client);
  client.send(order);
  return answer;
}

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
    added: median(rounds.map(({ full, bare }) => full.mean - bare.mean)),
  };
}

const many = await compare('/api/v1/findings?limit=50', 20);
const few = await compare('/api/v1/findings?limit=50', 1);
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
    what: 'time that the stack adds to one answer, one connection (ms)',
    value: few.added.toFixed(3),
    beside: `bare route ${(1000 / few.bare).toFixed(3)} ms`,
    goal: { words: `≤ ${GOAL_ADDED_MS} ms`, met: few.added <= GOAL_ADDED_MS },
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
