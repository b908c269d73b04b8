import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Says at the end which of the modules that were loaded came from a pack, and which from the sources of the command line. */
const WATCH = `data:text/javascript,import{registerHooks}from"node:module";const seen=[];registerHooks({load(url,context,next){seen.push(url);return next(url,context)}});process.on("exit",()=>console.error(JSON.stringify({packed:seen.some(url=>url.includes("/cli/${process.version}/")),sources:seen.some(url=>url.endsWith("/src/cli/main.ts"))})))`;

let copy = '';
let folder = '';
beforeAll(() => {
  // Its own launcher and place of the pack; the sources and packages are those of this checkout.
  copy = mkdtempSync(join(tmpdir(), 'sentinelx-pack-'));
  cpSync(join(ROOT, 'bin'), join(copy, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(ROOT, 'src'), join(copy, 'src'));
  folder = join(copy, 'node_modules', '.cache', 'sentinelx', 'cli', process.version);
  mkdirSync(folder, { recursive: true });
  // What is not in the pack is looked for beside it.
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((name) => name !== '.cache'))
    symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  execFileSync(process.execPath, [join(ROOT, 'src/cli/pack/build.ts'), folder, '--now']);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function run(...args: string[]) {
  const script = `${JSON.stringify(process.execPath)} --import '${WATCH}' ${join(copy, 'bin/sentinelx.js')} ${args.join(' ')} 2>&1`;
  const lines = execFileSync('sh', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, SENTINELX_DATA_DIR: join(copy, 'data') },
  })
    .trim()
    .split('\n');
  return { loaded: JSON.parse(lines.at(-1) ?? ''), text: lines.slice(0, -1).join('\n') };
}

test('a command comes from the pack, and does what it does from the sources', () => {
  const { loaded, text } = run('run', 'cvss', '-p', 'vector=AV:N/AC:L/Au:N/C:P/I:P/A:P');
  expect(loaded).toEqual({ packed: true, sources: false });
  expect(text).toContain('score: 7.5');
});

test('a pack of sources that were changed since is not used', () => {
  const manifest = join(folder, 'manifest.json');
  const whole = readFileSync(manifest, 'utf8');
  const { main, inputs } = JSON.parse(whole) as { main: string; inputs: [string, number, number][] };
  expect(inputs.some(([path]) => path.endsWith('/src/cli/main.ts'))).toBe(true);
  expect(inputs.some(([path]) => path.endsWith('/node_modules/.package-lock.json'))).toBe(true);
  const changed = inputs.map(([path, size, time], index) => [path, size, index === 3 ? time - 1 : time]);
  writeFileSync(manifest, JSON.stringify({ main, inputs: changed }));
  const { loaded, text } = run('version');
  expect(loaded).toEqual({ packed: false, sources: true });
  expect(text).toContain('sentinelx');
});
