import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home, outcome, until } from './helper.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.remove());

test('web start prints one link, info and test talk to it, and a signal ends it cleanly', async () => {
  const server = home.start(['web', 'start', '--port', '0']);
  const ended = outcome(server);
  const text = await until(server, 'stdout', /#token=\S+/);
  expect(text.match(/http:\/\/\S+/g)).toHaveLength(1);
  const file = join(home.data, 'server.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const info = JSON.parse((await home.run(['web', 'info', '-f', 'json'])).out);
  expect(info).toMatchObject({ pid: server.pid, healthy: true, setupNeeded: true, activeRuns: 0 });

  const safe = await home.run(['web', 'test', '-f', 'json']);
  expect(JSON.parse(safe.out).filter((row: { verdict: string }) => row.verdict === 'failed')).toEqual([]);
  expect(safe.code).toBe(0);
  expect(JSON.parse((await home.run(['runs', 'list', '-f', 'json'])).out).items).toEqual([]);

  const writes = await home.run(['web', 'test', '--write', '-f', 'json']);
  const rows = JSON.parse(writes.out) as { method: string; path: string; status: number; verdict: string }[];
  expect(rows.filter((row) => row.verdict === 'failed')).toEqual([]);
  const ok = (method: string, path: string, status: number) =>
    expect.objectContaining({ method, path, status, verdict: 'ok' });
  expect(rows).toContainEqual(ok('POST', '/api/v1/tasks/{task}/run', 202));
  expect(rows).toContainEqual(ok('DELETE', '/api/v1/scope/{id}', 204));
  // The project of the test is gone, and nothing of it got into the usual one.
  expect(JSON.parse((await home.run(['runs', 'list', '-f', 'json'])).out).items).toEqual([]);
  expect(JSON.parse((await home.run(['scope', 'list', '-f', 'json'])).out).items).toEqual([]);

  server.kill('SIGTERM');
  const { code, err } = await ended;
  expect(code).toBe(0);
  expect(err).toContain('stopping');
  expect(existsSync(file)).toBe(false);
}, 60_000);

test('without a server, info and test say how to start one', async () => {
  for (const name of ['info', 'test']) {
    const { code, err } = await home.run(['web', name]);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: No server runs on .*\nStart it with 'sentinelx web start'\./);
  }
});

test('a port in use is a clear error', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const port = String((other.address() as { port: number }).port);
  const { code, err } = await home.run(['web', 'start', '--port', port]);
  other.close();
  expect(code).toBe(1);
  expect(err).toMatch(new RegExp(`^error: Port ${port} on 127\\.0\\.0\\.1 is in use`, 'm'));
  expect(err).toContain('SENTINELX_PORT');
});

test('other machines are served without TLS only when that is wanted', async () => {
  const { code, err } = await home.run(['web', 'start', '--host', '0.0.0.0', '--port', '0']);
  expect(code).not.toBe(0);
  expect(err).toMatch(/^error: .*TLS/m);
});
