import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../reaper.ts';
import { createPool, type Pool, type PoolOptions } from './pool.ts';

let dataDir = '';
let pool: Pool;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-pool-'));
});
afterEach(async () => {
  await pool.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test('a process that waited for long is ended', async () => {
  open({ idleMs: 50 });
  await pool.take('cvss', 256).release(true);
  const [pid = 0] = pool.pids();
  expect(isAlive(pid)).toBe(true);
  await expect.poll(() => [pool.size(), isAlive(pid)]).toEqual([0, false]);
});

test('a process is replaced after its share of runs, and at once after a run that did not end well', async () => {
  open({ maxRuns: 2 });
  const seen = new Set<number>();
  for (let round = 0; round < 4; round += 1) {
    const seat = pool.take('cvss', 256);
    seen.add(seat.child.process.pid);
    await seat.release(true);
  }
  expect(seen.size).toBe(2);
  const bad = pool.take('cvss', 256);
  await bad.release(false);
  expect(isAlive(bad.child.process.pid)).toBe(false);
  expect(pool.pids()).not.toContain(bad.child.process.pid);
});

test('runs of another task or with another limit of memory get another process', async () => {
  open({ size: 4 });
  const first = pool.take('cvss', 256);
  await first.release(true);
  const larger = pool.take('cvss', 512);
  const other = pool.take('secrets-scan', 256);
  const same = pool.take('cvss', 256);
  expect(larger.child.process.pid).not.toBe(first.child.process.pid);
  expect(other.child.process.pid).not.toBe(first.child.process.pid);
  expect(same.child.process.pid).toBe(first.child.process.pid);
  for (const seat of [larger, other, same]) await seat.release(true);
});

test('no more than its size wait, and closing ends them; a run that still goes on ends its own', async () => {
  open({ size: 2 });
  const seats = Array.from({ length: 4 }, () => pool.take('cvss', 256));
  const last = seats.pop();
  for (const seat of seats) await seat.release(true);
  await expect.poll(() => pool.size()).toBe(3);
  const pids = pool.pids();
  await pool.close();
  expect(pids.filter(isAlive)).toEqual([last?.child.process.pid]);
  await last?.release(true);
  expect(pids.filter(isAlive)).toEqual([]);
});

function open(options: Partial<PoolOptions>): void {
  pool = createPool({ dataDir, ...options });
}
