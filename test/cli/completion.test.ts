import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home } from './helper.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));

let home: Home;
beforeAll(() => {
  home = new Home();
});
afterAll(() => home.remove());

const CASES: [words: string[], expected: string[]][] = [
  [['ru'], ['run', 'runs']],
  [['run', 'sec'], ['secrets-scan']],
  [['-v', 'run', 'cv'], ['cvss']],
  [['run', 'secrets-scan', '-p', 'pa'], ['path=']],
  [['run', 'secrets-scan', '-p', 'path='], [':files']],
  [['run', 'cvss', '--fail-on', 'h'], ['high']],
  [['run', 'cvss', '--params-f'], ['--params-file']],
  [['list', '-c', 'sec'], ['secrets']],
  [['list', '--category', 'sec'], ['secrets']],
  [['config', 'mi'], ['migrate']],
  [['config', 'set', 'limits.mem'], ['limits.memoryMb']],
  [['completion', 'f'], ['fish']],
  [['us'], ['user']],
  [
    ['user', 're'],
    ['reset-second-factors', 'remove', 'revoke'],
  ],
  [['user', 'add', '--ki'], ['--kind']],
  [
    ['user', 'add', '--kind', ''],
    ['person', 'service'],
  ],
  [['user', 'grant', 'ada', 'an'], ['analyst']],
  [['token', 'create', '--role', 'dev'], ['developer']],
  [['role', 'add', 'x', '--permissions', 'audit:'], ['audit:read']],
  [['audit', 'list', '--outcome', 'r'], ['refused']],
  [['runs', 'list', '--server', ''], ['local']],
  [['file', 'upload', ''], [':files']],
  [['run', 'nonsense', '-p', ''], []],
  [['nonsense', 'x'], []],
];

test.each(CASES)('%j', async (words, expected) => {
  const { code, out, err } = await home.run(['__complete', '--', ...words]);
  expect(code).toBe(0);
  expect(err).toBe('');
  const names = out
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]);
  expect(names).toEqual(expected);
});

test('the script of bash completes what a user types', () => {
  mkdirSync(join(home.path, 'bin'), { recursive: true });
  symlinkSync(LAUNCHER, join(home.path, 'bin', 'sentinelx'));
  const script = `source <(sentinelx completion bash)
complete() { COMP_LINE="$1"; COMP_POINT=\${#1}; _sentinelx; printf '%s\\n' "\${COMPREPLY[*]}"; }
complete 'sentinelx run sec'
complete 'sentinelx run secrets-scan -p pa'
cd "$1"; mkdir -p folder; complete 'sentinelx run secrets-scan -p path=fol'`;
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', home.path], {
    encoding: 'utf8',
    env: { PATH: `${join(home.path, 'bin')}:${process.env.PATH}`, HOME: home.path },
  });
  expect(stdout.split('\n').slice(0, 3)).toEqual(['secrets-scan', 'path=', 'folder']);
});

test.each(['bash', 'zsh', 'fish'])('the script of %s is free of syntax errors', async (shell) => {
  const { out } = await home.run(['completion', shell]);
  expect(out).toContain('__complete');
  const check = spawnSync(shell, ['-n'], { input: out, encoding: 'utf8' });
  // A shell that is not installed cannot be asked.
  if (check.error === undefined)
    expect({ status: check.status, stderr: check.stderr }).toEqual({ status: 0, stderr: '' });
});

test('doctor says what is there, and fails with what to do when something is not', async () => {
  const fine = JSON.parse((await home.run(['doctor', '--json'])).out);
  expect(fine.ok).toBe(true);
  const names = fine.checks.map((check: { name: string }) => check.name);
  for (const name of [
    'node',
    'isolation',
    'data folder',
    'file system',
    'disk space',
    'database',
    'port',
    'git',
  ])
    expect(names).toContain(name);
  const file = home.write('not-a-folder', '');
  const broken = await home.run(['doctor'], { env: { SENTINELX_DATA_DIR: file } });
  expect(broken.code).toBe(1);
  expect(broken.out).toMatch(/^fail +data folder +.* is not a folder\n +→ .*SENTINELX_DATA_DIR/m);
  const config = home.write('config/sentinelx/config.yaml', 'prot: 1\n');
  const wrong = await home.run(['doctor', '--json']);
  expect(wrong.code).toBe(1);
  expect(JSON.parse(wrong.out).checks).toContainEqual(
    expect.objectContaining({
      name: 'configuration',
      verdict: 'fail',
      detail: expect.stringContaining(`${config}:1:1`),
    }),
  );
});
