import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PUBLIC_OPERATIONS, PUBLIC_ROUTES } from '../../src/server/public-routes.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const PARAMS = { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };

let sx: TestServer;
beforeAll(async () => {
  sx = await startTestServer();
});
afterAll(() => sx[Symbol.asyncDispose]());

const start = (headers: Record<string, string>, params: unknown = PARAMS) =>
  sx.call('/api/v1/tasks/cvss/run', { body: { params }, headers });

test('the same Idempotency-Key gives the same answer and one run', async () => {
  const key = { 'idempotency-key': 'one' };
  const [first, second] = [await start(key), await start(key)];
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  const other = await start(key, { vector: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' });
  expect([other.status, other.body.code]).toEqual([409, 'not-possible-now']);
  expect((await start({ 'idempotency-key': 'x'.repeat(300) })).status).toBe(400);
});

test('ten at once with one key start one run; a failed attempt leaves the key free', async () => {
  const key = { 'idempotency-key': 'ten' };
  const before = (await sx.call('/api/v1/runs?limit=1000')).body.items.length;
  const answers = await Promise.all(Array.from({ length: 10 }, () => start(key)));
  expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
  expect((await sx.call('/api/v1/runs?limit=1000')).body.items.length).toBe(before + 1);
  const again = { 'idempotency-key': 'again' };
  expect((await start(again, {})).status).toBe(422);
  expect((await start(again)).status).toBe(202);
});

test('the value of a token is not kept for a repetition', async () => {
  const key = { 'idempotency-key': 'token' };
  const make = () => sx.call('/api/v1/tokens', { body: { name: 't', role: 'auditor' }, headers: key });
  const first = await make();
  expect(first.status).toBe(201);
  const second = await make();
  expect([second.status, second.body.code]).toEqual([409, 'not-possible-now']);
  const rows = await sx.app.services.store.db.selectFrom('idempotency').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(first.body.value);
});

async function rawGet(path: string): Promise<{ status: number; body: { code: string } }> {
  const { hostname, port } = new URL(sx.base);
  const headers = { authorization: `Bearer ${sx.ownerToken}` };
  const [answer] = await once(request({ hostname, port, path, headers }).end(), 'response');
  return { status: answer.statusCode, body: JSON.parse(await text(answer)) };
}

test('answers to what cannot be taken: 413, 415, 422, 400, 404, 405 as problem JSON', async () => {
  const raw = (body: string, type: string) =>
    fetch(`${sx.base}/api/v1/scope`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sx.ownerToken}`, 'content-type': type },
      body,
    });
  for (const [response, status, code] of [
    [await raw('x'.repeat(2_000_000), 'application/json'), 413, 'too-large'],
    [await raw('<a/>', 'application/xml'), 415, 'unsupported-media-type'],
    [await raw('{"kind":"host"}', 'text/plain'), 415, 'unsupported-media-type'],
    [await raw('{"kind":', 'application/json'), 400, 'bad-request'],
    [await raw('{"kind":"x"}', 'application/json'), 422, 'invalid-parameter'],
    [await raw('{"__proto__":{"kind":"host"}}', 'application/json'), 400, 'bad-request'],
  ] as const) {
    const body = (await response.json()) as { code: string; requestId: string };
    expect([response.status, body.code]).toEqual([status, code]);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('x-request-id')).toBe(body.requestId);
  }
  expect((await sx.call('/api/v1/runs?nonsense=1')).status).toBe(422);
  expect((await sx.call('/api/v1/nothing')).status).toBe(404);
});

test('a refusal is told in words that fit it: who asks over HTTP is not sent to the command line', async () => {
  const send = (path: string, init: RequestInit = {}) =>
    fetch(`${sx.base}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${sx.ownerToken}`, ...init.headers },
    });
  const broken = { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } };
  const answers = [
    await send('/api/v1/users/%zz'),
    await send('/api/v1/files', broken),
    await send('/api/v1/stream?subscribe=nothing'),
    await send('/api/v1/stream'),
  ];
  for (const answer of answers) {
    const body = (await answer.json()) as Record<string, string>;
    expect([answer.status, body.code]).toEqual([400, 'bad-request']);
    expect(`${body.title} ${body.hint}`).not.toMatch(/command|--help/);
  }
  // `fetch` would take the dots away.
  const { status, body } = await rawGet('/api/v1/users/../../etc');
  expect([status, body.code]).toEqual([404, 'not-found']);
});

test('a WebSocket without credentials is 401; with the cookie of a browser its page must be ours', async () => {
  const { hostname, port } = new URL(sx.base);
  const upgrade = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const status = async (headers: Record<string, string>) => {
    const asked = request({
      hostname,
      port,
      path: '/ws/execution',
      headers: { ...upgrade, ...headers },
    }).end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer.statusCode;
  };
  expect(await status({})).toBe(401);
  expect(await status({ origin: sx.base })).toBe(401);
  expect(await status({ cookie: 'sentinelx_session=x' })).toBe(403);
  expect(await status({ origin: 'https://evil.example' })).toBe(403);
});

test('each refusal of a state has a code of its own; `conflict` is for what changed since it was read', async () => {
  const made = await sx.call('/api/v1/projects', { body: { slug: 'once', name: 'once' } });
  expect(made.status).toBe(201);
  const code = async (path: string, body: unknown, method = 'POST') => {
    const answer = await sx.call(path, { method, body });
    expect(answer.status).toBe(409);
    return answer.body.code;
  };
  const again = await sx.call('/api/v1/projects', { body: { slug: 'once', name: 'once' } });
  expect(again.body).toMatchObject({ code: 'already-exists', fields: [{ field: 'slug' }] });
  expect(await code('/api/v1/roles', { name: 'admin', permissions: [] })).toBe('already-exists');
  expect(await code('/api/v1/roles/admin', { permissions: [] }, 'PATCH')).toBe('built-in');
  const stale = await sx.call('/api/v1/projects/once', {
    method: 'PATCH',
    body: { name: 'else' },
    headers: { 'if-match': '"old"' },
  });
  expect([stale.status, stale.body.code]).toEqual([409, 'conflict']);
});

test('too many requests of one token: 429 with Retry-After, others go on', async () => {
  await using small = await startTestServer({
    rateLimits: { addressPerMinute: 100_000, callerPerMinute: 20 },
  });
  const token = async (name: string) =>
    (await small.call('/api/v1/tokens', { body: { name, role: 'auditor' } })).body.value as string;
  const [busy, calm] = [await token('busy'), await token('calm')];
  const answers = [];
  for (let index = 0; index < 25; index += 1) answers.push(await small.call('/api/v1/runs', { token: busy }));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
  const last = answers.at(-1);
  expect([last?.status, last?.body.code]).toEqual([429, 'too-many-requests']);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await small.call('/api/v1/runs', { token: calm })).status).toBe(200);
});

test('too many requests from one address: 429 before anything is looked at', async () => {
  await using small = await startTestServer({ rateLimits: { addressPerMinute: 10, callerPerMinute: 100 } });
  const answers = [];
  for (let index = 0; index < 12; index += 1)
    answers.push(
      await small.call('/api/v1/health', { token: null, headers: { 'x-forwarded-for': `10.0.0.${index}` } }),
    );
  expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(200), 429, 429]);
});

test('the documentation page needs no script, has its own nonce and every operation', async () => {
  const page = await sx.call('/api/docs', { token: null });
  expect(page.status).toBe(200);
  const csp = page.headers.get('content-security-policy') ?? '';
  expect(csp).toContain("default-src 'none'");
  expect(csp).not.toContain('unsafe');
  expect(page.body).toContain(`nonce="${/'nonce-([^']+)'/.exec(csp)?.[1]}"`);
  expect(page.body).not.toContain('<script');
  const document = (await sx.call('/api/v1/openapi.json')).body;
  for (const [path, methods] of Object.entries(
    document.paths as Record<string, Record<string, { deprecated?: boolean }>>,
  ))
    for (const entry of Object.values(methods))
      if (!entry.deprecated && path !== '/api/v1/health') expect(page.body).toContain(path);
  const redirect = await sx.call('/api/openapi.json', { token: null });
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/api/v1/openapi.json']);
});

test('without credentials only what stands in the public list answers', async () => {
  const document = (await sx.call('/api/v1/openapi.json')).body;
  for (const [path, methods] of Object.entries(
    document.paths as Record<string, Record<string, { operationId: string }>>,
  ))
    for (const [method, { operationId }] of Object.entries(methods)) {
      const { status } = await sx.call(path.replace(/\{\w+\}/g, 'x'), {
        method: method.toUpperCase(),
        token: null,
      });
      const isPublic = operationId in PUBLIC_OPERATIONS || path in PUBLIC_ROUTES;
      expect(status === 401, `${method} ${path} answered ${status}`).toBe(!isPublic);
    }
});

test('a token in the address is not taken, a wrong one is refused everywhere', async () => {
  expect((await sx.call(`/api/v1/runs?token=${sx.ownerToken}`, { token: null })).status).toBe(401);
  expect((await sx.call('/api/v1/runs', { token: 'sxt_wrong' })).status).toBe(401);
  expect(
    (await sx.call('/api/v1/runs', { token: null, headers: { authorization: 'Basic YTpi' } })).status,
  ).toBe(401);
});

interface Frame {
  id?: string;
  event?: string;
  data?: string;
}

/** Frames of an event stream until `enough`. */
async function frames(
  path: string,
  enough: (list: Frame[]) => boolean,
  headers: Record<string, string> = {},
) {
  const stop = new AbortController();
  const response = await fetch(`${sx.base}${path}`, {
    headers: { authorization: `Bearer ${sx.ownerToken}`, ...headers },
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(15_000)]),
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const list: Frame[] = [];
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString('utf8');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const frame = Object.fromEntries(
        lines
          .filter((line) => /^\w/.test(line))
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      ) as Frame;
      if (frame.event) list.push(frame);
    }
    if (enough(list)) break;
  }
  stop.abort();
  return list;
}

test('the stream for curl: a whole run, resumed from the cursor without gaps and doubles, and filtered', async () => {
  const { body } = await start({});
  const path = `/api/v1/stream?subscribe=run:${body.run.id}`;
  const ended = (list: Frame[]) => list.some((frame) => frame.event === 'run.ended');
  const all = await frames(path, ended);
  // Only a run that takes a while says how far it is.
  const names = all.map((frame) => frame.event).filter((name) => name !== 'run.progress');
  expect(names).toEqual(['run.created', 'run.started', 'run.ended']);
  const rest = await frames(path, ended, { 'last-event-id': all[0]?.id ?? '' });
  expect(rest).toEqual(all.slice(1));
  expect(await frames(`${path}&query=type:run.ended`, ended)).toEqual(all.slice(-1));
  expect((await sx.call(`${path}&query=nonsense:1`)).body.code).toBe('invalid-query');
  expect((await sx.call('/api/v1/stream?subscribe=run:none')).status).toBe(400);
  expect((await sx.call(path, { token: null })).status).toBe(401);
});

test('streams show what the permissions show', async () => {
  const { value } = (
    await sx.call('/api/v1/tokens', { body: { name: 'f', role: 'admin', permissions: ['finding:read'] } })
  ).body;
  const { body } = await start({});
  const answer = await sx.call(`/api/v1/stream?subscribe=run:${body.run.id}`, { token: value });
  expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
});
