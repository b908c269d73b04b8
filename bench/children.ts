/** What a run's process costs: with powers of its own from start to end, packed and from the sources, and in the pool without. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChild } from '../src/engine/isolation/open-child.ts';
import { buildPack } from '../src/engine/isolation/pack/build-pack.ts';
import { validPack } from '../src/engine/isolation/pack/manifest.ts';
import { openPacks } from '../src/engine/isolation/pack/packs.ts';
import { closePool } from '../src/engine/isolation/pool.ts';
import { parseParams } from '../src/engine/params.ts';
import { runInProcess } from '../src/engine/run-process.ts';
import { loadTask } from '../src/engine/tasks.ts';
import { type Figure, median, printFigures } from './parts/figures.ts';

const ROUNDS = 9;
/** Starts of one kind before the next kind has its turn: what else the machine does meets all kinds alike. */
const STARTS = 4;
const AT_ONCE = 2;
const CORES = 2;
const HTTP = 'http-check with `net`, packed';
/** Kinds whose task itself does next to nothing; `secrets-scan` makes its matcher for 40 ms first. */
const LIGHT = ['cvss, packed', HTTP];
const GOAL_CPU_MS = 60;
const GOAL_STARTS = 25;
const GOAL_POOLED = 200;
const POOLED_RUNS = 1_500;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const target = join(folder, 'target');
mkdirSync(target);
writeFileSync(join(target, 'readme.txt'), 'one small file\n');
const packs = join(folder, 'packs');
/** Whether a pack fits its sources is looked at once in the life of a server. */
const packFiles = new Map<string, string>();
const PARAMS = {
  cvss: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
  'http-check': { url: 'https://example.org/' },
  'secrets-scan': { path: target },
} as const;
type TaskId = keyof typeof PARAMS;

try {
  for (const task of Object.keys(PARAMS)) {
    await buildPack(task, packs);
    packFiles.set(task, validPack(packs, task) ?? '');
  }
  const kinds: Record<string, () => Promise<void>> = {
    'node -e 0': bare,
    'cvss, packed': () => once('cvss', true),
    [HTTP]: () => once('http-check', true),
    'secrets-scan with `read`, packed': () => once('secrets-scan', true),
    'cvss, from the sources': () => once('cvss', false),
    'secrets-scan with `read`, from the sources': () => once('secrets-scan', false),
  };
  const costs = await measure(kinds);
  const [empty] = Object.values(costs);
  const figures: Figure[] = Object.entries(costs).flatMap(([what, { child, host, perSecond }]) => [
    {
      what: `${what}: start to end (ms of processor time of the process, median of ${ROUNDS})`,
      value: child.toFixed(0),
      beside: `${(child / (empty?.child ?? Number.NaN)).toFixed(1)} × node -e 0`,
      ...(LIGHT.includes(what) ? { goal: { words: `≤ ${GOAL_CPU_MS} ms`, met: child <= GOAL_CPU_MS } } : {}),
    },
    {
      what: `${what}: starts for which ${CORES} cores have the time (per second)`,
      value: perCores(child + host).toFixed(0),
      beside: `${host.toFixed(0)} ms of it in the host; ${perSecond.toFixed(0)}/s with ${AT_ONCE} at once as the machine was`,
      ...(what.includes('`, packed')
        ? { goal: { words: `≥ ${GOAL_STARTS}/s`, met: perCores(child + host) >= GOAL_STARTS } }
        : {}),
    },
  ]);
  for (const atOnce of [1, AT_ONCE]) {
    const perSecond = await pooled(atOnce);
    figures.push({
      what: `runs of a task without powers in the pool, ${atOnce} at once (per second)`,
      value: perSecond.toFixed(0),
      beside: `${(perSecond / (empty?.perSecond ?? Number.NaN)).toFixed(0)} × node -e 0`,
      goal: { words: `≥ ${GOAL_POOLED}/s`, met: perSecond >= GOAL_POOLED },
    });
  }
  printFigures(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Processor time of the children and of this process, each, and how many end in a second. */
async function measure(kinds: Record<string, () => Promise<void>>) {
  const samples: Record<string, { child: number[]; host: number[]; wall: number[] }> = {};
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [what, work] of Object.entries(kinds)) {
      const before = { child: processorOfChildren(), host: process.cpuUsage(), time: performance.now() };
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let index = 0; index < STARTS / AT_ONCE; index += 1) await work();
        }),
      );
      // The first round warms the caches of the system.
      if (round < 0) continue;
      const { user, system } = process.cpuUsage(before.host);
      samples[what] ??= { child: [], host: [], wall: [] };
      samples[what].child.push((processorOfChildren() - before.child) / STARTS);
      samples[what].host.push((user + system) / 1000 / STARTS);
      samples[what].wall.push((performance.now() - before.time) / STARTS);
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([what, { child, host, wall }]) => [
      what,
      { child: median(child), host: median(host), perSecond: 1000 / median(wall) },
    ]),
  );
}

function perCores(milliseconds: number): number {
  return (CORES * 1000) / milliseconds;
}

function bare(): Promise<void> {
  return new Promise((resolve) => {
    spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }).once('close', () => resolve());
  });
}

/** As the engine does it, without what the engine stores. */
async function once(id: TaskId, packed: boolean): Promise<void> {
  const task = await loadTask(id);
  const real = task.needs.includes('read') ? target : null;
  const {
    channel,
    messages,
    end,
    process: child,
  } = openChild(folder, {
    run: 'run_bench',
    needs: task.needs,
    target: real,
    memoryMb: 512,
    pack: packed ? packFiles.get(id) : undefined,
  });
  await channel.send({ type: 'start', task: id, params: parseParams(task, PARAMS[id]), target: real });
  let ended = false;
  while (!ended) {
    const { value: message, done } = await messages.next();
    if (done) throw new Error(`${id} ended early: ${(await child.exited).stderr}`);
    if (message.type === 'call')
      await channel.send({
        type: 'refusal',
        id: message.id,
        code: 'unreachable',
        message: 'no network here',
      });
    // `http-check` fails with its host unreachable: what is measured is the process.
    ended = message.type === 'done' || message.type === 'failed';
    if (message.type === 'failed' && id !== 'http-check') throw new Error(message.message);
  }
  await end();
}

async function pooled(atOnce: number): Promise<number> {
  openPacks(folder, [packs]);
  const params = parseParams(await loadTask('cvss'), PARAMS.cvss);
  const run = async () => {
    const result = await runInProcess(
      {
        ...{ run: 'run_bench', task: 'cvss', params, needs: [], target: null, dataDir: folder },
        limits: { memoryMb: 512, timeSeconds: 60 },
        signal: new AbortController().signal,
      },
      { events: async () => undefined, log: async () => undefined, artifact: async () => undefined },
    );
    if (!result.ok) throw result.error;
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  let left = POOLED_RUNS;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await run();
    }),
  );
  const perSecond = (POOLED_RUNS / (performance.now() - started)) * 1000;
  await closePool(folder);
  return perSecond;
}

/** Children that have ended and were waited for: cutime and cstime, fields 16 and 17 of proc(5), in hundredths of a second. */
function processorOfChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
