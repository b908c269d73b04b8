import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-cli-'));
  mkdirSync(join(folder, 'code'));
  writeFileSync(join(folder, 'code', 'settings.py'), 'db_password = "Zq9aa1wT4xLm8Kd2"\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sentinelx(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    SENTINELX_DATA_DIR: join(folder, 'data'),
    NO_COLOR: '1',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    );
  });
}

test('a scan prints its findings as a table and ends with 0', async () => {
  const { code, out } = await sentinelx('run', 'secrets-scan', '-p', '{path: code}');
  expect(out).toContain('settings.py:1');
  expect(out).not.toContain('Zq9aa1wT4xLm8Kd2');
  expect(code).toBe(0);
});

test('--json prints one object and nothing else', async () => {
  const { code, out } = await sentinelx('run', 'secrets-scan', '-p', 'path=code', '--json');
  const report = JSON.parse(out);
  expect(Object.keys(report).sort()).toEqual(['findings', 'output', 'problems', 'run']);
  expect(report.findings[0].location.path).toBe('settings.py');
  expect(code).toBe(0);
});

test('--sarif has relative paths, rule tags and no secret', async () => {
  const { out } = await sentinelx('run', 'secrets-scan', '-p', 'path=code', '--sarif');
  const { version, runs } = JSON.parse(out);
  expect(version).toBe('2.1.0');
  const [result] = runs[0].results;
  expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe('settings.py');
  expect(runs[0].tool.driver.rules[result.ruleIndex].properties.tags.join(' ')).toMatch(/CWE-\d+/);
  expect(Object.keys(result.partialFingerprints).length).toBeGreaterThan(0);
  expect(out).not.toContain('Zq9aa1wT4xLm8Kd2');
});

test('--fail-on sets 2, --output writes the file', async () => {
  const file = join(folder, 'report.json');
  const { code, out } = await sentinelx(
    'run',
    'secrets-scan',
    '-p',
    'path=code',
    '--json',
    '--output',
    file,
    '--fail-on',
    'high',
  );
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(JSON.parse(readFileSync(file, 'utf8')).findings.length).toBe(1);
});

test('a missing folder of --output is refused before the run', async () => {
  const { code, err } = await sentinelx(
    'run',
    'secrets-scan',
    '-p',
    'path=code',
    '--output',
    join(folder, 'none', 'x.json'),
  );
  expect(code).not.toBe(0);
  expect(err).toContain('none');
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

test.each([
  ['a wrong parameter', ['run', 'cvss', '-p', 'vectr: x'], 'vector'],
  ['a missing path', ['run', 'secrets-scan', '-p', 'path=nowhere'], 'nowhere'],
  ['an unknown task', ['run', 'secret-scan', '-p', 'path=code'], "'secrets-scan'"],
  ['an unknown command', ['rum', 'cvss'], 'run'],
  ['a target outside the scope', ['run', 'http-check', '-p', 'url=http://127.0.0.1:1/'], 'scope'],
  ['a broken YAML parameter', ['run', 'cvss', '-p', '{vector: ['], '-p'],
])('%s: one clear line and 64', async (_name, args, words) => {
  const { code, out, err } = await sentinelx(...args);
  expect([code, out]).toEqual([64, '']);
  expect(err.split('\n').slice(0, 2).join(' ')).toContain(words);
});

test('a broken configuration names file and line', async () => {
  const file = join(folder, 'broken.yaml');
  writeFileSync(file, 'port: 8000\nhots: 127.0.0.1\n');
  const { code, err } = await sentinelx('--config', file, 'config', 'validate');
  expect(code).toBe(64);
  expect(err).toContain('broken.yaml:2');
  expect(err).toContain('host');
});

test('the score of a vector', async () => {
  const { code, out } = await sentinelx(
    'run',
    'cvss',
    '-p',
    'vector: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    '--json',
  );
  expect(code).toBe(0);
  expect(JSON.stringify(JSON.parse(out).output)).toContain('9.8');
});
