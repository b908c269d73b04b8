import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type Bom, cyclonedx } from '../../src/cli/sbom/cyclonedx.ts';
import { readInstalled } from '../../src/cli/sbom/lock.ts';
import { WEB_LIBRARIES } from '../../src/cli/sbom/web-libraries.ts';
import { cyclonedxSchema } from '../published-schemas.ts';
import { Home } from './helper.ts';

const MODULES = new URL('../../node_modules/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, MODULES), 'utf8'));
const home = new Home();
afterAll(() => home.remove());

test('version --sbom prints what is installed, by the schema of CycloneDX 1.6, without a data folder or network', async () => {
  const first = await home.run(['version', '--sbom'], { env: { HTTPS_PROXY: 'http://127.0.0.1:9' } });
  expect([first.code, first.err]).toEqual([0, '']);
  const bom = JSON.parse(first.out) as Bom;
  const valid = cyclonedxSchema();
  expect([valid(bom), valid.errors]).toEqual([true, null]);

  const direct = Object.entries(read('../package.json').dependencies) as [string, string][];
  const known = new Map(bom.components.map((one) => [one.purl, one]));
  for (const [name, version] of direct) {
    const one = known.get(`pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect(one?.hashes?.[0], name).toMatchObject({ alg: 'SHA-512' });
    expect(one?.version).toBe(read(`${name}/package.json`).version);
  }
  const product = bom.metadata.component['bom-ref'];
  const own = bom.dependencies.find(({ ref }) => ref === product)?.dependsOn ?? [];
  expect(own.length).toBeGreaterThanOrEqual(direct.length);
  // Every reference leads somewhere, and each component is reached from the product.
  const edges = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const reached = new Set([product]);
  for (const ref of reached) for (const next of edges.get(ref) ?? []) reached.add(next);
  expect([...reached].filter((ref) => ref !== product && !known.has(ref))).toEqual([]);
  expect([...known.keys()].filter((ref) => !reached.has(ref))).toEqual([]);
  expect(
    [...known.keys()].some((ref) => ref.startsWith('pkg:npm/vitest@')),
    'no tool of the making',
  ).toBe(false);

  const again = await home.run(['version', '--sbom']);
  expect(again.out, 'the same installation, the same bytes').toBe(first.out);
}, 60_000);

test('a package at two places is found as Node finds it; what fits another system is left out', () => {
  const folder = join(home.path, 'product');
  mkdirSync(join(folder, 'node_modules/here'), { recursive: true });
  const packages = {
    '': { name: 'sentinelx', version: '1.0.0', dependencies: { a: '1', '@s/b': '1' } },
    'node_modules/a': { version: '1.0.0', license: 'MIT', dependencies: { c: '2' } },
    'node_modules/a/node_modules/c': { version: '2.0.0', license: 'MIT OR Apache-2.0' },
    'node_modules/@s/b': {
      version: '1.0.0',
      dependencies: { c: '1' },
      optionalDependencies: { here: '1', away: '1' },
    },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/here': { version: '1.0.0', optional: true },
    'node_modules/away': { version: '1.0.0', optional: true },
    'node_modules/tool': { version: '1.0.0', dev: true },
    'node_modules/shown': { version: '3.0.0', dev: true },
  };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  const bom = cyclonedx(readInstalled(folder, ['shown']));
  expect(bom.components.map(({ purl, scope }) => [purl, scope])).toEqual([
    ['pkg:npm/%40s/b@1.0.0', 'required'],
    ['pkg:npm/a@1.0.0', 'required'],
    ['pkg:npm/c@1.0.0', 'required'],
    ['pkg:npm/c@2.0.0', 'required'],
    ['pkg:npm/here@1.0.0', 'optional'],
    ['pkg:npm/shown@3.0.0', 'required'],
  ]);
  expect(Object.fromEntries(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))).toMatchObject({
    'pkg:npm/sentinelx@1.0.0': ['pkg:npm/%40s/b@1.0.0', 'pkg:npm/a@1.0.0', 'pkg:npm/shown@3.0.0'],
    'pkg:npm/a@1.0.0': ['pkg:npm/c@2.0.0'],
    'pkg:npm/%40s/b@1.0.0': ['pkg:npm/c@1.0.0', 'pkg:npm/here@1.0.0'],
  });
  expect(() => readInstalled(join(home.path, 'nowhere'), [])).toThrow(/says what was installed/);
});

test('the libraries in the files of the web app are those that it imports', () => {
  const web = fileURLToPath(new URL('../../web', import.meta.url));
  const runtime = new Set(Object.keys(read('../package.json').dependencies));
  const imported = new Set<string>();
  for (const name of readdirSync(join(web, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:tsx?|css)$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
    const text = readFileSync(join(web, 'src', name), 'utf8');
    for (const [, from = ''] of text.matchAll(
      /(?:from |import\(|import |@import |url\()['"]([@a-z][^'"]*)['"]/g,
    ))
      imported.add(
        from
          .split('/')
          .slice(0, from.startsWith('@') ? 2 : 1)
          .join('/'),
      );
  }
  const missing = [...imported].filter((name) => !runtime.has(name) && !WEB_LIBRARIES.includes(name));
  expect(missing.filter((name) => !name.startsWith('node:'))).toEqual([]);
  for (const name of WEB_LIBRARIES)
    expect(read('../package.json').devDependencies, name).toHaveProperty([name]);
});
