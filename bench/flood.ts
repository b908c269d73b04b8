/**
 * How free the server's event loop stays while ten runs flood it with findings and log lines: beside the same server when it
 * is idle, and beside it idle while ten other processes burn the processors (what the operating system alone costs).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServer } from './parts/children.ts';
import { type Figure, median, pause, printFigures, share, timed } from './parts/figures.ts';
import { copyWithFloodTask } from './parts/product-copy.ts';

const RUNS = 10;
const SECONDS = 12;
const ROUNDS = 3;
const GOAL_MS = 50;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
copyWithFloodTask(join(folder, 'product'));
const server = await openServer({ root: join(folder, 'product'), dataDir: join(folder, 'data') });
const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
try {
  await pause(1000);
  const idle = await measure();
  const busy = startBusyProcesses();
  await pause(500);
  const crowded = await measure();
  for (const child of busy) child.kill('SIGKILL');
  const rounds: Flood[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await flood(round));
  const of = (pick: (one: Measure) => number) => median(rounds.map(({ measured }) => pick(measured)));
  const flooded: Measure = {
    p50: of((one) => one.p50),
    p99: of((one) => one.p99),
    max: of((one) => one.max),
    cpuShare: of((one) => one.cpuShare),
    health: { p50: of((one) => one.health.p50), p99: of((one) => one.health.p99) },
  };
  const alone = await stored([await startRun('alone', 6)]);
  const complete = rounds.reduce((sum, one) => sum + one.complete, 0);
  const figures: Figure[] = [
    {
      what: `event-loop delay of the server under ${RUNS} flooding runs (ms, p50 / p99 / max, median of ${ROUNDS})`,
      value: loopOf(flooded),
      beside: `idle ${loopOf(idle)}; idle beside ${RUNS} processes that burn the processors ${loopOf(crowded)}: ${(flooded.p99 / crowded.p99).toFixed(1)} × that p99; the server's process uses ${(flooded.cpuShare * 100).toFixed(0)} % of one core`,
      goal: { words: `p99 ≤ ${GOAL_MS} ms`, met: flooded.p99 <= GOAL_MS },
    },
    {
      what: 'GET /api/v1/health meanwhile (ms, p50 / p99)',
      value: healthOf(flooded),
      beside: `idle ${healthOf(idle)}; idle beside busy processes ${healthOf(crowded)}`,
      goal: { words: `p99 ≤ ${2 * GOAL_MS} ms`, met: flooded.health.p99 <= 2 * GOAL_MS },
    },
    {
      what: `findings stored meanwhile, and as many log lines (per second, whole path from the ${RUNS} child processes)`,
      value: median(rounds.map((one) => one.perSecond)).toFixed(0),
      beside: `one run alone ${alone.perSecond.toFixed(0)}; ${complete} of ${RUNS * ROUNDS} runs have every finding and line that they reported`,
      goal: { words: 'nothing lost', met: complete === RUNS * ROUNDS && alone.complete === 1 },
    },
  ];
  printFigures(figures);
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

interface Measure {
  p50: number;
  p99: number;
  max: number;
  cpuShare: number;
  health: { p50: number; p99: number };
}

interface Stored {
  /** Findings, and as many log lines. */
  perSecond: number;
  /** Runs of which everything is there. */
  complete: number;
}

interface Flood extends Stored {
  measured: Measure;
}

async function measure(): Promise<Measure> {
  server.resetLoop();
  const health: number[] = [];
  const end = performance.now() + (SECONDS - 4) * 1000;
  while (performance.now() < end) {
    health.push(await timed(async () => (await fetch(`${server.url}/api/v1/health`)).text()));
    await pause(20);
  }
  return { ...(await server.loop()), health: { p50: median(health), p99: share(health, 0.99) } };
}

async function flood(round: number): Promise<Flood> {
  const ids = [];
  for (let index = 0; index < RUNS; index += 1) ids.push(await startRun(`${round}-${index}`, SECONDS));
  // Ten processes start first: that is another thing than the flood.
  await pause(2500);
  return { measured: await measure(), ...(await stored(ids)) };
}

async function startRun(seed: string, seconds: number): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/tasks/flood/run`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ params: { seed, seconds } }),
  });
  if (answer.status !== 202) throw new Error(`the run was refused: ${await answer.text()}`);
  return ((await answer.json()) as { run: { id: string } }).run.id;
}

/** Waits for the runs and looks whether each finding and log line that they reported is there. */
async function stored(ids: readonly string[]): Promise<Stored> {
  const runs = await Promise.all(ids.map(ended));
  const seconds = Math.max(...runs.map((run) => (run.ended - run.started) / 1000));
  const reported = runs.reduce((sum, run) => sum + (run.output?.reported ?? 0), 0);
  let complete = 0;
  for (const run of runs) {
    const last = (run.output?.reported ?? 0) - 1;
    const { items } = await api<{ items: unknown[] }>(`/runs/${run.id}/log?after=x:${last}`);
    if (run.status === 'done' && run.counts.new === last + 1 && items.length === 1) complete += 1;
  }
  return { perSecond: reported / seconds, complete };
}

interface Run {
  id: string;
  status: string;
  started: number;
  ended: number;
  counts: { new: number };
  output: { reported: number } | null;
}

async function ended(id: string): Promise<Run> {
  for (;;) {
    const run = await api<Run>(`/runs/${id}`);
    if (!['queued', 'running', 'cancelling'].includes(run.status)) return run;
    await pause(200);
  }
}

async function api<T>(path: string): Promise<T> {
  return (await (await fetch(`${server.url}/api/v1${path}`, { headers })).json()) as T;
}

function startBusyProcesses(): ChildProcess[] {
  return Array.from({ length: RUNS }, () =>
    spawn(process.execPath, ['-e', 'for (;;) Math.sqrt(2)'], { stdio: 'ignore' }),
  );
}

function loopOf({ p50, p99, max }: Measure): string {
  return [p50, p99, max].map((value) => value.toFixed(1)).join(' / ');
}

function healthOf({ health }: Measure): string {
  return `${health.p50.toFixed(1)} / ${health.p99.toFixed(1)}`;
}
