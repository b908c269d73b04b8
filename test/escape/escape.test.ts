import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { nodeArguments } from '../../src/engine/isolation/spawn.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ATTEMPTS = join(HERE, 'attempts.ts');

test('none of the ways out of a run works, and its own target can be read', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sentinelx-escape-')));
  const target = join(folder, 'target');
  const outside = join(folder, 'outside.cjs');
  mkdirSync(target);
  writeFileSync(join(target, 'inside.txt'), 'inside');
  writeFileSync(outside, 'module.exports = "outside"');
  symlinkSync(outside, join(target, 'link-to-file'));
  symlinkSync(folder, join(target, 'link-to-folder'));
  const connections: string[] = [];
  const server = createServer((socket) => {
    connections.push('connected');
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const args = [
    ...nodeArguments({ needs: ['read'], target, memoryMb: 256 }),
    `--allow-fs-read=${HERE}`,
    ATTEMPTS,
    target,
    outside,
    String(port),
    String(process.pid),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { SENTINELX_RUN: 'run_test', TZ: 'UTC' },
    timeout: 60_000,
  });
  server.close();
  rmSync(folder, { recursive: true, force: true });
  const { results, inside, environment } = JSON.parse(stdout) as {
    results: Record<string, string>;
    inside: string;
    environment: string[];
  };

  expect(Object.keys(results).length).toBeGreaterThanOrEqual(25);
  expect(Object.entries(results).filter(([, result]) => !result.startsWith('refused'))).toEqual([]);
  expect(connections).toEqual([]);
  expect(inside).toBe('inside');
  expect(environment).toEqual(['SENTINELX_RUN', 'TZ']);
});
