import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

/** A folder imports from itself and from the folders on its line; nothing else. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  lib: [],
  model: ['lib'],
  plugin: ['model', 'lib'],
  analysis: ['model', 'lib'],
  archive: ['model', 'lib'],
  net: ['plugin', 'model', 'lib'],
  importers: ['plugin', 'model', 'lib'],
  'plugins/tasks': ['plugin', 'model', 'lib', 'analysis', 'archive', 'importers'],
  plugins: ['plugins/tasks', 'plugin'],
  store: ['model', 'lib'],
  blobs: ['model', 'lib', 'net'],
  access: ['store', 'model', 'lib'],
  findings: ['store', 'plugin', 'model', 'lib'],
  intel: ['store', 'model', 'lib'],
  highlight: ['model', 'lib'],
  engine: ['store', 'findings', 'blobs', 'archive', 'net', 'plugins', 'plugin', 'model', 'lib'],
  workflows: ['engine', 'findings', 'store', 'plugin', 'model', 'lib'],
  reports: ['store', 'blobs', 'model', 'lib'],
  operations: [
    'importers',
    'redis',
    'workflows',
    'engine',
    'store',
    'blobs',
    'config',
    'access',
    'net',
    'findings',
    'highlight',
    'intel',
    'reports',
    'model',
    'lib',
  ],
  server: ['redis', 'operations', 'workflows', 'engine', 'access', 'store', 'model', 'lib'],
  config: ['lib'],
  cli: [
    'app',
    'config',
    'operations',
    'reports',
    'server',
    'workflows',
    'engine',
    'access',
    'store',
    'plugin',
    'model',
    'lib',
    'net',
  ],
  redis: ['access', 'lib'],
  app: [
    'reports',
    'redis',
    'access',
    'blobs',
    'findings',
    'workflows',
    'engine',
    'net',
    'operations',
    'store',
    'config',
    'lib',
  ],
};

/** What may be used in its one home only, with the reason. */
const ONE_HOME: { what: RegExp; homes: readonly string[]; why: string }[] = [
  { what: /process\.env\b/, homes: ['config.ts'], why: 'only src/config.ts reads the environment' },
  {
    what: /node:child_process/,
    homes: ['engine/isolation/', 'access/key-source.ts', 'server/web-build.ts', 'cli/'],
    why: 'programs start in engine/isolation only',
  },
  { what: /(?<![.\w])fetch\(/, homes: ['cli/'], why: 'requests go through src/net' },
  {
    what: /rejectUnauthorized:\s*false|rejectUnauthorized = false/,
    homes: ['net/'],
    why: 'certificates are always checked, except where they are what is looked at',
  },
  { what: /shell:\s*true/, homes: [], why: 'programs get an argument list' },
];

const files = sources(SRC);

test('a file imports only from the folders that its folder may use', () => {
  const wrong: string[] = [];
  for (const file of files.filter((path) => !path.endsWith('.test.ts'))) {
    const from = partOf(relative(SRC, file));
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const path = relative(SRC, resolve(dirname(file), target ?? ''));
      const to = partOf(path);
      const sibling = from === 'plugins/tasks' && to === from && taskOf(relative(SRC, file)) !== taskOf(path);
      if (sibling || (to !== from && !(MAY_IMPORT[from] ?? []).includes(to)))
        wrong.push(`${relative(ROOT, file)} imports ${path}: move the shared part down, or pass it in`);
    }
  }
  expect(wrong).toEqual([]);
});

test('what has one home is used nowhere else', () => {
  const wrong: string[] = [];
  for (const file of files.filter((path) => !path.endsWith('.test.ts'))) {
    const name = relative(SRC, file);
    const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    // What stands in a string is an example or a module's name: only the latter counts.
    const code = text.replace(/'(?!node:)(?:[^'\\\n]|\\.)*'/g, "''");
    for (const { what, homes, why } of ONE_HOME) {
      if (what.test(code) && !homes.some((home) => name.startsWith(home))) wrong.push(`${name}: ${why}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the list of tasks and the folders of tasks are the same', () => {
  const folders = readdirSync(join(SRC, 'plugins', 'tasks')).filter((name) =>
    statSync(join(SRC, 'plugins', 'tasks', name)).isDirectory(),
  );
  const listed = [
    ...readFileSync(join(SRC, 'plugins', 'tasks.ts'), 'utf8').matchAll(/import\('\.\/tasks\/([\w-]+)\//g),
  ].map((match) => match[1]);
  expect(listed.sort()).toEqual(folders.sort());
});

test('every error code is used', () => {
  const table = readFileSync(join(SRC, 'lib', 'error-codes.ts'), 'utf8');
  const code = files
    .filter((file) => !file.endsWith('error-codes.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const codes = [...table.matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map((match) => match[1] ?? '');
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});

function partOf(path: string): string {
  const [first = '', second] = path.split('/');
  if (first === 'plugins' && second === 'tasks') return 'plugins/tasks';
  return first.replace(/\.ts$/, '');
}

function taskOf(path: string): string {
  return path.split('/')[2] ?? '';
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
