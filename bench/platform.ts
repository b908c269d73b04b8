/** Start, idle memory, write path and live latency, each beside something simple that ran in the same minute. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApp } from '../src/app.ts';
import { openLiveFeed } from '../src/engine/live-feed.ts';
import { ingestFindings } from '../src/findings/ingest.ts';
import { createMasker } from '../src/findings/masker.ts';
import type { FindingEvent } from '../src/plugin/task.ts';

const BIN = fileURLToPath(new URL('../bin/sentinelx.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const rows: [what: string, value: string, beside: string][] = [];

await startAndMemory();
await writePath();
await liveLatency();
console.log(rows.map((row) => `| ${row.join(' | ')} |`).join('\n'));
rmSync(folder, { recursive: true, force: true });

async function startAndMemory(): Promise<void> {
  const bare = await median(5, () =>
    timed(() => exited(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }))),
  );
  const times: number[] = [];
  let memory = 0;
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    const child = spawn(process.execPath, [BIN, 'web', 'start', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, SENTINELX_DATA_DIR: join(folder, 'start') },
    });
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (chunk: Buffer) => chunk.includes('ready') && resolve()),
    );
    if (round > 0) times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    memory =
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    child.kill('SIGTERM');
    await exited(child);
  }
  const start = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  rows.push([
    'start to listening (ms, median of 4)',
    start.toFixed(0),
    `${(start / bare).toFixed(1)} × an empty node process (${bare.toFixed(0)} ms)`,
  ]);
  rows.push(['idle memory of the server (MB, resident)', memory.toFixed(0), 'goal 150']);
}

async function writePath(): Promise<void> {
  const app = await openApp(settings(join(folder, 'write')), { role: 'cli', version: 'bench' });
  const { store } = app.services;
  const rule = { title: 'Rule', severity: 'high' as const, why: '', fix: '' };
  const scope = (run: string) => ({
    dialect: store.dialect,
    key: Buffer.alloc(32, 1),
    project: 'prj_default',
    asset: 'ast_x',
    task: 't',
    run,
    actor: 'bench',
    rules: new Map([['r', rule]]),
    masker: createMasker(),
    taken: new Set<string>(),
    placeGone: () => false,
  });
  const events: FindingEvent<string>[] = Array.from({ length: 50_000 }, (_, index) => ({
    type: 'finding',
    rule: 'r',
    at: { kind: 'file', path: `src/file-${index % 5000}.ts`, region: { startLine: 1 + (index % 300) } },
    key: [`key-${index}`],
    message: 'A finding of usual length, with some words in it.',
    excerpt: {
      firstLine: 1,
      lines: Array.from({ length: 20 }, () => 'const value = compute(input, options); // a line of code'),
    },
  }));
  const ingest = async (run: string) => {
    const shared = scope(run);
    for (let at = 0; at < events.length; at += 500)
      await store.write({ lane: 'run' }, (context) =>
        ingestFindings(context, shared, events.slice(at, at + 500)),
      );
  };
  const fresh = await timed(() => ingest('run_1'));
  const again = await timed(() => ingest('run_2'));
  const plain = await timed(async () => {
    for (let at = 0; at < events.length; at += 500) {
      await store.write({ lane: 'run' }, async ({ emit }) => {
        for (let index = 0; index < 500; index += 1)
          emit({ type: 'run.cancelling', project: 'prj_default', actor: 'bench', subject: 'x', data: {} });
      });
    }
  });
  const rate = (ms: number) => events.length / (ms / 1000);
  rows.push([
    'new findings stored with identity and event (per second)',
    rate(fresh).toFixed(0),
    `${(fresh / plain).toFixed(1)} × the time of as many bare events (${rate(plain).toFixed(0)}/s); goal 5,000`,
  ]);
  rows.push([
    'known findings matched and updated (per second)',
    rate(again).toFixed(0),
    `${(again / plain).toFixed(1)} × the time of as many bare events`,
  ]);
  await app.close();
}

async function liveLatency(): Promise<void> {
  const app = await openApp(settings(join(folder, 'live')), { role: 'cli', version: 'bench' });
  const { store } = app.services;
  const feed = openLiveFeed(store);
  const stop = new AbortController();
  const delays: number[] = [];
  const committed = new Map<string, number>();
  const arrived: [subject: string, at: number][] = [];
  for (let watcher = 0; watcher < 200; watcher += 1) {
    void feed.follow(
      { kind: 'events', project: 'prj_default' },
      undefined,
      {
        events: async (list) => {
          const text = JSON.stringify(list);
          for (const event of list)
            if (text.length > 0) arrived.push([String(event.data.subject), performance.now()]);
        },
        gap: () => undefined,
      },
      stop.signal,
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (let index = 0; index < 300; index += 1) {
    await store.write({ lane: 'run' }, async ({ emit }) =>
      emit({
        type: 'run.cancelling',
        project: 'prj_default',
        actor: 'bench',
        subject: `s${index}`,
        data: {},
      }),
    );
    committed.set(`s${index}`, performance.now());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const [subject, at] of arrived) delays.push(Math.max(0, at - (committed.get(subject) ?? at)));
  delays.sort((a, b) => a - b);
  const at = (share: number) => (delays[Math.floor(delays.length * share)] ?? Number.NaN).toFixed(1);
  rows.push([
    'event committed → 200 watchers (ms, p50 / p99)',
    `${at(0.5)} / ${at(0.99)}`,
    `${delays.length} deliveries of ${300 * 200}; goal p99 50; without the socket`,
  ]);
  stop.abort();
  feed.close();
  await app.close();
}

function settings(dataDir: string) {
  return {
    dataDir,
    limits: { memoryMb: 512, timeSeconds: 60, findings: 1_000_000, logLines: 1000, concurrentRuns: 2 },
    net: { userAgent: 'bench', ratePerSecond: 5 },
  };
}

function exited(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve) => child.once('close', () => resolve()));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function median(count: number, work: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) values.push(await work());
  return values.sort((a, b) => a - b)[Math.floor(count / 2)] ?? 0;
}
