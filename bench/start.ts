/** Start to listening and idle memory of the product as people start it, beside an empty Node process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, median, pause, printFigures, timed } from './parts/figures.ts';

const BIN = fileURLToPath(new URL('../bin/sentinelx.js', import.meta.url));
const ROUNDS = 5;
const GOAL_START_MS = 1000;
const GOAL_MEMORY_MB = 150;
/** Long enough for timers of the start to be over. */
const IDLE_MS = 4000;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
try {
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    bare.push(await timed(() => exited(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }))));
  // The very first start builds the web app when it has changed: that is not what this measures.
  await start(join(folder, 'before'));
  const first = await start(join(folder, 'data'));
  const later: Start[] = [];
  for (let round = 0; round < ROUNDS; round += 1) later.push(await start(join(folder, 'data')));
  const startMs = median(later.map((one) => one.milliseconds));
  const memory = median([first, ...later].map((one) => one.megabytes));
  const bareMemory = await memoryOfEmptyNode();
  const figures: Figure[] = [
    {
      what: `start until the first answer, data folder exists (ms, median of ${ROUNDS})`,
      value: startMs.toFixed(0),
      beside: `${(startMs / median(bare)).toFixed(1)} × an empty node process (${median(bare).toFixed(0)} ms)`,
      goal: { words: `≤ ${GOAL_START_MS} ms`, met: startMs <= GOAL_START_MS },
    },
    {
      what: 'the same on a new data folder: no compile cache, all migrations (ms, once)',
      value: first.milliseconds.toFixed(0),
      beside: `${(first.milliseconds / startMs).toFixed(1)} × a later start`,
      goal: { words: `≤ ${GOAL_START_MS} ms`, met: first.milliseconds <= GOAL_START_MS },
    },
    {
      what: `idle memory ${IDLE_MS / 1000} s after the start (MB resident, median of ${ROUNDS + 1})`,
      value: memory.toFixed(0),
      beside: `${(memory / bareMemory).toFixed(1)} × an empty node process (${bareMemory.toFixed(0)} MB)`,
      goal: { words: `≤ ${GOAL_MEMORY_MB} MB`, met: memory <= GOAL_MEMORY_MB },
    },
  ];
  printFigures(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Start {
  milliseconds: number;
  megabytes: number;
}

async function start(dataDir: string): Promise<Start> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=4', BIN, 'web', 'start', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, SENTINELX_DATA_DIR: dataDir },
  });
  const origin = await printedOrigin(child);
  const health = await fetch(`${origin}/api/v1/health`);
  if (health.status !== 200) throw new Error(`the server answers ${health.status}`);
  const milliseconds = performance.now() - started;
  await pause(IDLE_MS);
  const megabytes = residentMegabytes(child.pid);
  child.kill('SIGTERM');
  await exited(child);
  return { milliseconds, megabytes };
}

function printedOrigin(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const origin = /http:\/\/localhost:\d+/.exec(text)?.[0];
      if (origin) resolve(origin);
    });
    child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
  });
}

async function memoryOfEmptyNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await pause(500);
  const megabytes = residentMegabytes(child.pid);
  child.kill('SIGKILL');
  return megabytes;
}

/** From /proc; NaN where the system has none. */
function residentMegabytes(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('close', () => resolve()));
}
