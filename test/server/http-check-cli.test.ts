import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home } from '../cli/helper.ts';
import { type LocalServer, startHttp } from '../servers/local-server.ts';

/** A careless site: no header, a session in the clear, the repository and the settings public, any origin welcome. */
const careless: RequestListener = (request, response) => {
  const files: Record<string, [type: string, body: string]> = {
    '/': ['text/html', '<html><form><input type=password></form>'],
    '/.git/HEAD': ['text/plain', 'ref: refs/heads/main\n'],
    '/.env': ['text/plain', 'DB_PASSWORD=hunter2secret\nPORT=1\n'],
  };
  const [type, body] = files[request.url ?? ''] ?? [];
  if (request.headers.origin) response.setHeader('Access-Control-Allow-Origin', request.headers.origin);
  if (type === undefined) return void response.writeHead(404).end();
  response.writeHead(200, {
    'Content-Type': type,
    'Set-Cookie': 'sid=topsecretvalue',
    Server: 'nginx/1.2.3',
  });
  response.end(body);
};

interface Report {
  run: { status: string; target: string; counts: { new: number; seen: number; fixed: number } };
  findings: { rule: string; severity: string; location: { kind: string; url: string } }[];
  output: { requests: number; pages: { url: string; headers: [string, string][] }[] };
  problems: unknown[];
}

let home: Home;
let server: LocalServer;
let mended = false;
beforeEach(async () => {
  mended = false;
  home = new Home();
  // The default of five requests a second is right for other people's servers.
  home.write('config/sentinelx/config.yaml', 'net:\n  ratePerSecond: 100\n');
  server = await startHttp((request, response) => {
    if (mended && request.url === '/.env') return void response.writeHead(404).end();
    return careless(request, response);
  });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  home.remove();
});

const check = (...more: string[]) =>
  home.run(['run', 'http-check', '-p', `url=${server.origin}/`, '--json', ...more]);

test('a run of an authorised site: findings, exit codes, nothing secret, and the same again', async () => {
  const added = await home.run(['scope', 'add', `localhost:${server.port}`]);
  expect([added.code, added.err]).toEqual([0, '']);
  const { code, out, err } = await check('--fail-on', 'critical');
  expect([code, err]).toEqual([2, expect.any(String)]);
  const report = JSON.parse(out) as Report;
  expect(report.run).toMatchObject({ status: 'done', counts: { seen: 0, fixed: 0 } });
  expect(report.problems).toEqual([]);
  const found = new Map(report.findings.map((one) => [one.rule, one]));
  expect([...found.keys()]).toEqual(
    expect.arrayContaining([
      'plain-http',
      'csp-missing',
      'framing-allowed',
      'cookie-over-http',
      'cors-reflects-origin',
      'password-over-http',
      'server-version',
      'security-txt-missing',
      'exposed-git',
    ]),
  );
  expect(found.get('exposed-env')).toMatchObject({
    severity: 'critical',
    location: { kind: 'http', url: `${server.origin}/.env` },
  });
  expect(report.run.counts.new).toBe(report.findings.length);
  expect(out + err).not.toContain('hunter2secret');
  expect(out + err).not.toContain('topsecretvalue');
  expect(server.seen.length).toBe(report.output.requests);
  expect(server.seen.every((line) => /^(GET|HEAD|OPTIONS) /.test(line))).toBe(true);

  const again = await check();
  expect(again.code).toBe(0);
  expect((JSON.parse(again.out) as Report).run.counts).toMatchObject({
    new: 0,
    seen: report.findings.length,
    fixed: 0,
  });
}, 60_000);

test('what is mended is fixed by the next run, and only that', async () => {
  await home.run(['scope', 'add', 'localhost']);
  const before = JSON.parse((await check()).out) as Report;
  mended = true;
  const after = JSON.parse((await check()).out) as Report;
  expect(after.run.counts).toMatchObject({ new: 0, seen: before.findings.length - 1, fixed: 1 });
}, 60_000);

test('without scope: one clear line, code 64, and not one request', async () => {
  const { code, out, err } = await check();
  expect(code).toBe(64);
  expect(out).toBe('');
  expect(err).toMatch(
    /^error: url: localhost:\d+ is outside the authorised scope\. [^\n]*scope add localhost[^\n]*\n$/,
  );
  expect(server.seen).toEqual([]);
});

test('another port, another host, a path below and the whole internet do not authorise it', async () => {
  const others = [
    `localhost:${server.port + 1}`,
    'example.org',
    `http://localhost:${server.port}/app/`,
    '0.0.0.0/0',
  ];
  for (const entry of others) expect((await home.run(['scope', 'add', entry])).code, entry).toBe(0);
  const { code, err } = await check();
  expect([code, err]).toEqual([64, expect.stringContaining('outside the authorised scope')]);
  expect(server.seen).toEqual([]);
});

test('what was authorised and is no longer is refused again', async () => {
  await home.run(['scope', 'add', 'localhost']);
  expect((await home.run(['scope', 'remove', 'localhost'])).code).toBe(0);
  expect((await check()).code).toBe(64);
  expect(server.seen).toEqual([]);
});

test('a wrong address is named with an example, before anything is sent or stored', async () => {
  const { code, err } = await home.run(['run', 'http-check', '-p', 'url=ftp://localhost/', '--json']);
  expect(code).toBe(64);
  expect(err).toMatch(/^error: .*url/);
  expect(err).toContain('https://example.org/');
  expect(server.seen).toEqual([]);
});

test('a server that does not answer makes the run partial, with the reason', async () => {
  await home.run(['scope', 'add', 'localhost']);
  await server[Symbol.asyncDispose]();
  const { code, out } = await check();
  expect(code).toBe(3);
  const report = JSON.parse(out) as Report;
  expect(report.run.status).toBe('partial');
  expect(report.findings).toEqual([]);
  expect(report.problems).toEqual([expect.objectContaining({ code: 'target-unreachable' })]);
});
