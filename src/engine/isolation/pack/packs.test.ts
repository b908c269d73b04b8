import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInProcess } from '../../run-process.ts';
import { taskIds } from '../../tasks.ts';
import { closePool } from '../pool.ts';
import { nodeArguments } from '../spawn.ts';
import { buildPack } from './build-pack.ts';
import { bundle } from './bundle.ts';
import { manifestFile, readManifest, validPack } from './manifest.ts';
import { createPacks, openPacks } from './packs.ts';

let folder = '';
let built = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-packs-'));
  built = join(folder, 'built');
  await buildPack('cvss', built);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a pack is one file with its manifest, valid as long as it and its sources are what they were', () => {
  expect(readdirSync(built)).toEqual([readManifest(built, 'cvss')?.file, 'cvss.json']);
  expect(validPack(built, 'cvss')).toBe(join(built, readManifest(built, 'cvss')?.file ?? ''));

  const damaged = copy('damaged');
  appendFileSync(validPack(damaged, 'cvss') ?? '', 'x');
  expect(validPack(damaged, 'cvss')).toBeUndefined();

  const outdated = copy('outdated');
  const source = join(folder, 'source.ts');
  writeFileSync(source, 'as it was');
  const manifest = readManifest(outdated, 'cvss');
  const hash = createHash('sha256').update('as it was').digest('hex');
  writeFileSync(
    manifestFile(outdated, 'cvss'),
    JSON.stringify({ ...manifest, inputs: [...(manifest?.inputs ?? []), [source, hash]] }),
  );
  expect(validPack(outdated, 'cvss')).toBe(join(outdated, manifest?.file ?? ''));
  writeFileSync(source, 'as it is');
  expect(validPack(outdated, 'cvss')).toBeUndefined();
});

test('what is in a pack are the files of its task, and none of another', () => {
  const paths = readManifest(built, 'cvss')?.inputs.map(([path]) => path) ?? [];
  expect(paths.some((path) => path.endsWith('/plugins/tasks/cvss/score.ts'))).toBe(true);
  expect(paths.some((path) => path.endsWith('/isolation/child-main.ts'))).toBe(true);
  expect(paths.filter((path) => path.includes('/plugins/tasks/secrets-scan/'))).toEqual([]);
});

test('every task of ours can be bundled', async () => {
  for (const task of taskIds()) expect((await bundle(task)).program.length).toBeGreaterThan(1_000);
});

test('V8 takes the code cache of a pack whatever the limit of memory, and the process can read nothing else', () => {
  const pack = validPack(built, 'cvss') ?? '';
  for (const memoryMb of [64, 512, 4096]) {
    const program = `
      const { readFileSync } = require('node:fs');
      const pack = readFileSync(${JSON.stringify(pack)});
      const end = 8 + pack.readUInt32LE(0);
      const source = pack.toString(pack.readUInt32LE(4) === 1 ? 'utf16le' : 'latin1', 8, end);
      const script = new (require('node:vm').Script)(source, { cachedData: pack.subarray(end) });
      let sources = 'open';
      try { readFileSync(${JSON.stringify(import.meta.filename)}) } catch (error) { sources = error.code }
      console.log(JSON.stringify({ rejected: script.cachedDataRejected, sources }));`;
    const args = [...nodeArguments({ needs: [], target: null, memoryMb, pack }), '-e', program];
    expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env: {} }))).toEqual({
      rejected: false,
      sources: 'ERR_ACCESS_DENIED',
    });
  }
});

test('the first run finds no pack and begins to make it; later ones have it', async () => {
  const packs = createPacks([join(folder, 'new')]);
  expect(packs.packOf('cvss')).toBeUndefined();
  await expect.poll(() => packs.packOf('cvss'), { timeout: 15_000 }).toMatch(/cvss-[0-9a-f]{16}\.pack$/);
  packs.reject('cvss');
  expect(packs.packOf('cvss')).toBeUndefined();
});

test('a run whose pack does not start is done from the sources', async () => {
  const broken = copy('broken');
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const packs = openPacks(dataDir, [broken]);
  const pack = packs.packOf('cvss') ?? '';
  writeFileSync(pack, readFileSync(pack).subarray(0, 1_000));
  const run = () =>
    runInProcess(
      {
        run: 'run_test',
        task: 'cvss',
        params: { vector: 'AV:N/AC:L/Au:N/C:P/I:P/A:P', overrides: '' },
        needs: [],
        target: null,
        dataDir,
        limits: { memoryMb: 512, timeSeconds: 60 },
        signal: new AbortController().signal,
      },
      { events: async () => undefined, log: async () => undefined, artifact: async () => undefined },
    );
  expect(await run()).toMatchObject({ ok: true, output: { vectors: [{ score: 7.5 }] } });
  expect(packs.packOf('cvss')).toBeUndefined();
  expect(await run()).toMatchObject({ ok: true });
  await closePool(dataDir);
});

function copy(name: string): string {
  const place = join(folder, name);
  cpSync(built, place, { recursive: true });
  return place;
}
