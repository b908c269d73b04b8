import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, openApp } from '../../src/app.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { type RunningServer, startServer } from '../../src/server/start.ts';

let folder = '';
let app: App;
let server: RunningServer;
let base = '';
let token = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentinelx-api-'));
  const dataDir = join(folder, 'data');
  app = await openApp(
    {
      dataDir,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
      net: { userAgent: 'test', ratePerSecond: 50 },
    },
    { role: 'server', version: '0.0.0' },
  );
  server = await startServer({
    services: app.services,
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    allowPlainHttp: false,
    logLevel: 'silent',
  });
  const file = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  base = file.url;
  // A token of a service account: what the owner of the data folder may read is more.
  token = file.token;
  token = (await call('/api/v1/tokens', { body: { name: 'tests', role: 'admin' } })).body.value;
});
afterAll(async () => {
  await server.close();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = async (
  path: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
) => {
  const response = await fetch(`${base}${path}`, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${token}`,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    headers: response.headers,
  };
};

const ended = async (id: string) => {
  for (;;) {
    const { body } = await call(`/api/v1/runs/${id}`);
    if (['done', 'partial', 'failed', 'cancelled', 'interrupted'].includes(body.status)) return body;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};

test('health answers anybody and says nothing else', async () => {
  const { status, body } = await call('/api/v1/health', { headers: { authorization: '' } });
  expect([status, body]).toEqual([200, { status: 'ok' }]);
});

test('everything else below the API is 401 without credentials, existing or not', async () => {
  const paths = [
    ...OPERATIONS.map((operation) => operation.path.replaceAll(/\{\w+\}/g, 'x')),
    '/nothing',
    '/runs/run_1/none',
  ];
  for (const path of paths) {
    const response = await fetch(`${base}/api/v1${path}`);
    expect([path, response.status]).toEqual([path, 401]);
  }
  expect((await call('/api/v1/runs', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
});

test('a foreign host and a foreign origin are refused', async () => {
  const { request } = await import('node:http');
  const status = await new Promise((resolve) =>
    request(`${base}/api/v1/health`, { headers: { host: 'evil.example' } }, (answer) =>
      resolve(answer.statusCode),
    ).end(),
  );
  expect(status).toBe(421);
  const setup = await call('/auth/setup', {
    body: { token: 'x', login: 'eve', name: 'Eve', password: 'x' },
    headers: { origin: 'https://evil.example' },
  });
  expect([setup.status, setup.body.code]).toEqual([403, 'foreign-origin']);
});

test('the first account needs the printed token, and it works once', async () => {
  const origin = { origin: base };
  const password = 'correct horse battery';
  const setupToken = /token=(.+)$/.exec(server.link)?.[1] ?? '';
  const account = { login: 'ada', name: 'Ada', password };
  expect(
    (await call('/auth/setup', { body: { ...account, token: 'wrong' }, headers: origin })).body.code,
  ).toBe('wrong-setup-token');
  expect(
    (
      await call('/auth/setup', {
        body: { ...account, token: setupToken, password: 'short' },
        headers: origin,
      })
    ).body.fields[0].field,
  ).toBe('password');
  const made = await call('/auth/setup', { body: { ...account, token: setupToken }, headers: origin });
  expect(made.status).toBe(200);
  const cookie = made.headers.get('set-cookie') ?? '';
  expect(cookie).toContain('HttpOnly');
  expect(cookie).toContain('SameSite=Strict');
  expect(
    (await call('/auth/setup', { body: { ...account, token: setupToken }, headers: origin })).body.code,
  ).toBe('setup-done');
  const session = { cookie: cookie.split(';')[0] ?? '', authorization: '' };
  expect((await call('/auth/session', { headers: session })).body.user.login).toBe('ada');
  expect((await call('/api/v1/runs', { headers: session })).status).toBe(200);
  const foreign = await call('/api/v1/tasks/cvss/run', { body: { params: {} }, headers: session });
  expect(foreign.body.code, 'a write with a cookie needs our origin').toBe('foreign-origin');
  expect(
    (await call('/auth/login', { body: { login: 'ada', password: 'wrong password' }, headers: origin })).body
      .code,
  ).toBe('wrong-credentials');
  expect((await call('/auth/login', { body: { login: 'ada', password }, headers: origin })).status).toBe(200);
  expect((await call('/auth/logout', { method: 'POST', headers: { ...session, ...origin } })).status).toBe(
    204,
  );
  expect((await call('/api/v1/runs', { headers: session })).status).toBe(401);
});

test('a run over the API: 202, status under both paths, output', async () => {
  const started = await call('/api/v1/tasks/cvss/run', {
    body: { parameters: { vector: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' } },
  });
  expect(started.status).toBe(202);
  const run = await ended(started.body.run.id);
  expect(run.status).toBe('done');
  expect(JSON.stringify(run.output)).toContain('10');
  expect((await call(`/api/v1/executions/${run.id}/status`)).body).toEqual(run);
});

test('wrong parameters name the field, what it expects and an example', async () => {
  const { status, body } = await call('/api/v1/tasks/cvss/run', { body: { params: { vectr: 'x' } } });
  expect([status, body.code]).toEqual([422, 'invalid-parameter']);
  expect(body.fields.map((field: { field: string }) => field.field).sort()).toEqual(['vector', 'vectr']);
  expect((await call('/api/v1/tasks/cvs/run', { body: { params: {} } })).body.detail).toContain(
    "Did you mean 'cvss'",
  );
});

test('over the API only authorised folders can be examined, and never the data folder', async () => {
  const target = join(folder, 'code');
  mkdirSync(target);
  writeFileSync(join(target, 'a.py'), 'x = 1\n');
  expect(
    (await call('/api/v1/tasks/secrets-scan/run', { body: { params: { path: target } } })).body.code,
  ).toBe('out-of-scope');
  expect((await call('/api/v1/scope', { body: { kind: 'path', value: join(folder, 'data') } })).status).toBe(
    422,
  );
  expect((await call('/api/v1/scope', { body: { kind: 'path', value: target } })).status).toBe(201);
  const { body } = await call('/api/v1/tasks/secrets-scan/run', { body: { params: { path: target } } });
  expect((await ended(body.run.id)).status).toBe('done');
});

test('the same scan finds nothing new; moved lines, renamed files and removed secrets are recognised', async () => {
  const target = join(folder, 'identity');
  mkdirSync(target);
  await call('/api/v1/scope', { body: { kind: 'path', value: target } });
  const secret = (seed: string) => `db_password = "Zq9${seed}wT4xLm8Kd2"\n`;
  writeFileSync(join(target, 'one.py'), secret('aa1'));
  writeFileSync(join(target, 'two.py'), secret('bb2'));
  const scan = async () => {
    const { body } = await call('/api/v1/tasks/secrets-scan/run', { body: { params: { path: target } } });
    const run = await ended(body.run.id);
    const { body: findings } = await call(`/api/v1/runs/${run.id}/findings`);
    return { counts: run.counts, ids: findings.items.map((item: { id: string }) => item.id).sort() };
  };
  const first = await scan();
  expect(first.counts).toMatchObject({ new: 2, seen: 0, fixed: 0 });
  expect((await scan()).counts).toMatchObject({ new: 0, seen: 2, fixed: 0 });
  writeFileSync(join(target, 'one.py'), `# moved\n\n\n${secret('aa1')}`);
  renameSync(join(target, 'two.py'), join(target, 'three.py'));
  const moved = await scan();
  expect(moved.counts).toMatchObject({ new: 0, seen: 2, fixed: 0 });
  expect(moved.ids).toEqual(first.ids);
  writeFileSync(join(target, 'one.py'), 'nothing = 1\n');
  expect((await scan()).counts).toMatchObject({ new: 0, seen: 1, fixed: 1 });
  writeFileSync(join(target, 'one.py'), secret('aa1'));
  expect((await scan()).counts).toMatchObject({ new: 0, reopened: 1, fixed: 0 });
});

test('a viewer that reconnects gets exactly what it missed', async () => {
  const { body } = await call('/api/v1/tasks/secrets-scan/run', {
    body: { params: { path: 'sample:shop' } },
  });
  const stream = `run:${body.run.id}`;
  await ended(body.run.id);
  const all = await watch(stream, undefined, (events) => events.some((event) => event.type === 'run.ended'));
  expect(new Set(all.map((event) => event.cursor)).size).toBe(all.length);
  expect(all.filter((event) => event.type.startsWith('finding.')).length).toBeGreaterThan(5);
  const middle = Math.floor(all.length / 2);
  const rest = await watch(stream, all[middle - 1]?.cursor, (events) =>
    events.some((event) => event.type === 'run.ended'),
  );
  expect(rest).toEqual(all.slice(middle));
});

test('an unknown epoch is answered with a gap, a wrong stream with an error', async () => {
  const frames = await framesOf(
    ['{"subscribe":"events","after":"00000000:5"}', '{"subscribe":"run:nothing"}', 'no json'],
    3,
  );
  expect(frames.some((frame) => frame.gap?.from === '00000000:5')).toBe(true);
  expect(frames.filter((frame) => frame.error !== undefined).length).toBe(2);
});

interface Frame {
  stream?: string;
  events?: { cursor: string; type: string }[];
  gap?: { from: string };
  error?: { code: string };
}

function open(): Promise<WebSocket> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/ws/execution`, {
    headers: { authorization: `Bearer ${token}` },
  } as never);
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new Error('the socket was refused'));
  });
}

async function watch(
  stream: string,
  after: string | undefined,
  enough: (events: { type: string }[]) => boolean,
) {
  const socket = await open();
  const events: { cursor: string; type: string }[] = [];
  await new Promise<void>((resolve) => {
    socket.onmessage = (message) => {
      events.push(...((JSON.parse(String(message.data)) as Frame).events ?? []));
      if (enough(events)) resolve();
    };
    socket.send(JSON.stringify({ subscribe: stream, ...(after === undefined ? {} : { after }) }));
  });
  socket.close();
  return events;
}

async function framesOf(messages: string[], atLeast: number): Promise<Frame[]> {
  const socket = await open();
  const frames: Frame[] = [];
  await new Promise<void>((resolve) => {
    socket.onmessage = (message) => {
      frames.push(JSON.parse(String(message.data)));
      if (frames.filter((frame) => frame.events === undefined).length >= atLeast) resolve();
    };
    for (const message of messages) socket.send(message);
  });
  socket.close();
  return frames;
}
