import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home, outcome, until } from './helper.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.remove());

/** A Node that is too old to run us: what a user may have. The tests of re-execution need one. */
const OLD = oldNode();

test.skipIf(OLD === undefined)('an older Node hands over to the one that npm brought', async () => {
  const { code, out } = await home.run(['version', '-f', 'json'], { node: OLD ?? '' });
  expect(code).toBe(0);
  expect(Number(JSON.parse(out).node.split('.')[0])).toBeGreaterThanOrEqual(26);
});

test.skipIf(OLD === undefined)('exit codes and input pass through', async () => {
  expect((await home.run(['lst'], { node: OLD ?? '' })).code).toBe(64);
  const { out } = await home.run(['run', 'cvss', '--params-file', '-', '--json'], {
    node: OLD ?? '',
    input: 'vector: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  });
  expect(JSON.parse(out).run.status).toBe('done');
});

test.skipIf(OLD === undefined)('a signal reaches the server, whose exit code comes back', async () => {
  const launcher = home.start(['web', 'start', '--port', '0'], { node: OLD ?? '' });
  const ended = outcome(launcher);
  await until(launcher, 'stdout', /#token=/);
  launcher.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0, signal: null });
});

test.skipIf(OLD === undefined)('the server ends when its launcher is killed', async () => {
  const launcher = home.start(['web', 'start', '--port', '0'], { node: OLD ?? '' });
  await until(launcher, 'stdout', /#token=/);
  const { pid } = JSON.parse(readFileSync(join(home.data, 'server.json'), 'utf8')) as { pid: number };
  expect(pid).not.toBe(launcher.pid);
  launcher.kill('SIGKILL');
  for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(join(home.data, 'server.json'))).toBe(false);
});

test('asking for help makes no data folder; a fitting Node starts no second process', async () => {
  const { code, out } = await home.run(['--help']);
  expect(code).toBe(0);
  expect(out).toContain('Exit codes:');
  expect(existsSync(home.data)).toBe(false);
  const server = home.start(['web', 'start', '--port', '0']);
  const ended = outcome(server);
  await until(server, 'stdout', /#token=/);
  expect(JSON.parse(readFileSync(join(home.data, 'server.json'), 'utf8')).pid).toBe(server.pid);
  server.kill('SIGTERM');
  await ended;
});

function oldNode(): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter).concat(['/usr/bin', '/usr/local/bin']);
  return places
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path))
    .find((path) => {
      const major = execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' });
      return Number(major) >= 20 && Number(major) < 26;
    });
}

function isAlive(pid: number): boolean {
  try {
    // A zombie has ended; only its parent has not asked yet.
    return process.kill(pid, 0) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
