import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildPack } from '../../src/engine/isolation/pack/build-pack.ts';
import { validPack } from '../../src/engine/isolation/pack/manifest.ts';
import { nodeArguments } from '../../src/engine/isolation/spawn.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
const ATTEMPTS = join(HERE, 'attempts.ts');

test.each(['from the sources', 'packed'])(
  'none of the ways out of a run %s works, and its own target can be read',
  async (program) => {
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
    const packs = join(folder, 'packs');
    await buildPack('cvss', packs);
    const pack = validPack(packs, 'cvss') ?? '';
    const args = [
      ...nodeArguments({ needs: ['read'], target, memoryMb: 256, ...(program === 'packed' ? { pack } : {}) }),
      // What the attempts themselves are made of.
      `--allow-fs-read=${HERE}`,
      `--allow-fs-read=${SOURCE}`,
      `--allow-fs-read=${pack}`,
      ATTEMPTS,
      target,
      outside,
      String(port),
      String(process.pid),
      pack,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { SENTINELX_RUN: 'run_test', TZ: 'UTC' },
      timeout: 60_000,
    });
    server.close();
    const packFiles = readdirSync(packs);
    const packMode = statSync(pack).mode & 0o777;
    const sameAsBefore = validPack(packs, 'cvss') === pack;
    rmSync(folder, { recursive: true, force: true });
    const { results, inside, environment } = JSON.parse(stdout) as {
      results: Record<string, string>;
      inside: string;
      environment: string[];
    };

    expect(Object.keys(results).length).toBeGreaterThanOrEqual(25);
    expect(Object.entries(results).filter(([, result]) => !result.startsWith('refused'))).toEqual([]);
    expect(connections).toEqual([]);
    expect(sameAsBefore).toBe(true);
    expect(packFiles).toEqual([basename(pack), 'cvss.json']);
    expect(packMode & 0o022).toBe(0);
    expect(inside).toBe('inside');
    expect(environment).toEqual(['SENTINELX_RUN', 'TZ']);
  },
);
