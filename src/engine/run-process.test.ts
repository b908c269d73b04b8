import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WireEvent } from './isolation/messages.ts';
import { closePool, poolOf } from './isolation/pool.ts';
import { isAlive } from './reaper.ts';
import { type RunOrder, type RunReceiver, runInProcess } from './run-process.ts';

const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
/** Each wrong word is a problem of its own: far more events than may be on their way, so the run waits for its host. */
const ENDLESS = `${VECTOR} ${'x '.repeat(9_999)}`;

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-runs-'));
});
afterEach(async () => {
  const pids = poolOf(dataDir).pids();
  await closePool(dataDir);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  expect(readdirSync(join(dataDir, 'children'))).toEqual([]);
  rmSync(dataDir, { recursive: true, force: true });
});

test('runs of a task without powers share a process, and each sees its own parameters only', async () => {
  const first = await run(VECTOR);
  expect(scores(first)).toEqual([9.8]);
  const [pid] = poolOf(dataDir).pids();
  const noted: WireEvent[] = [];
  const second = await run('AV:N/AC:L/Au:N/C:P/I:P/A:P nonsense', { events: noted });
  expect(scores(second)).toEqual([7.5]);
  expect(noted.filter((event) => event.type === 'problem')).toMatchObject([{ at: 'nonsense' }]);
  const third: WireEvent[] = [];
  expect(scores(await run(VECTOR, { events: third }))).toEqual([9.8]);
  expect(third.filter((event) => event.type === 'problem')).toEqual([]);
  expect(poolOf(dataDir).pids()).toContain(pid);
});

test('many runs at the same time each get their answer, and few processes are kept', async () => {
  const results = await Promise.all(Array.from({ length: 6 }, () => run(VECTOR)));
  expect(results.map(scores)).toEqual(Array.from({ length: 6 }, () => [9.8]));
  await expect.poll(() => poolOf(dataDir).size()).toBeLessThanOrEqual(2);
});

test('a shared process that is killed fails the run that it has; the next run gets another', async () => {
  await run(VECTOR);
  const [pid = 0] = poolOf(dataDir).pids();
  const result = await run(ENDLESS, { onEvents: () => void process.kill(pid, 'SIGKILL') });
  expect(result).toMatchObject({ ok: false, cancelled: false, error: { code: 'task-crashed' } });
  expect(scores(await run(VECTOR))).toEqual([9.8]);
  expect(poolOf(dataDir).pids()).not.toContain(pid);
});

test('a shared process that died while it waited costs no run', async () => {
  await run(VECTOR);
  const [pid = 0] = poolOf(dataDir).pids();
  process.kill(pid, 'SIGKILL');
  // At once: the host has not been told of the end yet.
  expect(scores(await run(VECTOR))).toEqual([9.8]);
});

test('a cancel ends the process of the run', async () => {
  await run(VECTOR);
  const [pid = 0] = poolOf(dataDir).pids();
  const cancel = new AbortController();
  const started = Date.now();
  const result = await run(ENDLESS, { signal: cancel.signal, onEvents: () => cancel.abort() });
  expect(result).toMatchObject({ ok: false, cancelled: true });
  expect(Date.now() - started).toBeLessThan(5_000);
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect(scores(await run(VECTOR))).toEqual([9.8]);
});

test('limits of time and memory end a run in a shared process as they end any other', async () => {
  await run(VECTOR);
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 500));
  const late = await run(ENDLESS, { onEvents: slow, limits: { memoryMb: 512, timeSeconds: 1 } });
  expect(late).toMatchObject({ ok: false, error: { code: 'time-limit' } });
  // Node itself is larger.
  const large = await run(ENDLESS, { onEvents: slow, limits: { memoryMb: 32, timeSeconds: 20 } });
  expect(large).toMatchObject({ ok: false, error: { code: 'memory-limit' } });
  expect(scores(await run(VECTOR))).toEqual([9.8]);
});

interface Wanted {
  events?: WireEvent[];
  onEvents?: () => void | Promise<void>;
  signal?: AbortSignal;
  limits?: RunOrder['limits'];
}

function run(vector: string, wanted: Wanted = {}) {
  const receiver: RunReceiver = {
    async events(list) {
      wanted.events?.push(...list);
      await wanted.onEvents?.();
    },
    log: async () => undefined,
    artifact: async () => undefined,
  };
  return runInProcess(
    {
      run: 'run_test',
      task: 'cvss',
      params: { vector, overrides: '' },
      needs: [],
      target: null,
      dataDir,
      limits: wanted.limits ?? { memoryMb: 512, timeSeconds: 60 },
      signal: wanted.signal ?? new AbortController().signal,
    },
    receiver,
  );
}

function scores(result: Awaited<ReturnType<typeof run>>): number[] {
  if (!result.ok) throw result.error;
  return (result.output as { vectors: { score: number }[] }).vectors.map((one) => one.score);
}
