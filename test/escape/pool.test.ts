import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';
import { poolOf } from '../../src/engine/isolation/pool.ts';
import { isAlive } from '../../src/engine/reaper.ts';

const HOST = fileURLToPath(new URL('./pool-host.ts', import.meta.url));

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-pool-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('the processes of the pool end with a server that is killed', async () => {
  const host = spawn(process.execPath, [HOST, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pids = await new Promise<number[]>((resolve, reject) => {
    host.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as number[]));
    host.once('exit', (code) => reject(new Error(`the host ended with ${code}`)));
  });
  expect(pids.length).toBeGreaterThan(0);
  expect(pids.filter(isAlive)).toEqual(pids);
  host.removeAllListeners('exit');
  host.kill('SIGKILL');
  await expect.poll(() => pids.filter(isAlive), { timeout: 5_000 }).toEqual([]);
});

test('a host that has nothing else to do sees the end of its pool', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [HOST, dataDir, 'close']);
  expect(stdout.trim().split('\n').at(-1)).toBe('closed');
  const [pids = ''] = stdout.split('\n');
  expect((JSON.parse(pids) as number[]).filter(isAlive)).toEqual([]);
});

test('closing the engine ends the processes of its pool', async () => {
  const app = await openApp(
    {
      dataDir,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 1000, logLines: 1000, concurrentRuns: 2 },
      net: { userAgent: 'test', ratePerSecond: 5 },
    },
    { role: 'cli', version: 'test' },
  );
  const { engine } = app.services;
  const principal = { id: 'local:test', local: true, project: 'prj_default' };
  for (let round = 0; round < 2; round += 1) {
    const { id } = await engine.start('cvss', { vector: 'AV:N/AC:L/Au:N/C:P/I:P/A:P' }, principal);
    expect(await engine.whenEnded(id)).toMatchObject({ status: 'done', error_code: null });
  }
  const pids = poolOf(dataDir).pids();
  expect(pids.filter(isAlive).length).toBeGreaterThan(0);
  await app.close();
  expect(pids.filter(isAlive)).toEqual([]);
});
