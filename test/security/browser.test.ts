import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { OPERATIONS } from '../../src/operations/all.ts';
import { type AnyOperation, addressOf } from '../../src/operations/operation.ts';
import { WEB_DIST } from '../../src/server/app-files.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { makeAdmin, PASSWORD, signIn } from './people.ts';

/** What protects people who use a browser: policies, cookies, the origin of writes, sessions. */
let sx: TestServer;
let cookie: string;
beforeAll(async () => {
  sx = await startTestServer();
  await makeAdmin(sx);
  ({ cookie } = await signIn(sx));
});
afterAll(() => sx[Symbol.asyncDispose]());

const asset = existsSync(join(WEB_DIST, 'assets')) ? readdirSync(join(WEB_DIST, 'assets'))[0] : undefined;
const ADDRESSES = [
  ...(asset ? ['/', '/runs/some-page', `/assets/${asset}`] : []),
  '/api/docs',
  '/api/openapi.json',
  '/api/v1/health',
  '/api/v1/openapi.json',
  '/api/v1/runs',
  '/api/v1/runs?limit=nonsense',
  '/api/v1/audit/export',
  '/api/v1/nothing',
  '/api/v1/runs/%zz',
  '/nothing',
  '/metrics',
  '/auth/session',
  '/auth/oidc/none/start',
  '/ws/execution',
];

describe('policies', () => {
  test.each(ADDRESSES)('%s', async (address) => {
    for (const [method, headers] of [
      ['GET', { accept: 'text/html' }],
      ['GET', { origin: 'https://evil.example' }],
      ['OPTIONS', { origin: 'https://evil.example', 'access-control-request-method': 'POST' }],
      ['POST', {}],
    ] as const) {
      const { headers: got, status } = await sx.call(address, { method, headers: { ...headers } });
      const what = `${method} ${address} (${status})`;
      const csp = got.get('content-security-policy') ?? '';
      expect(csp, what).toContain("default-src 'none'");
      expect(csp, what).not.toMatch(/unsafe-|\*|https?:\/\/(?!localhost|127\.0\.0\.1)|data:(?!;|$)/);
      if (!csp.startsWith('sandbox')) {
        expect(csp, what).toContain("frame-ancestors 'none'");
        expect(csp, what).toContain("base-uri 'none'");
      }
      expect(got.get('x-frame-options'), what).toBe('DENY');
      expect(got.get('x-content-type-options'), what).toBe('nosniff');
      expect(got.get('referrer-policy'), what).toBe('no-referrer');
      expect(got.get('cross-origin-opener-policy'), what).toBe('same-origin');
      // Nothing is shared with other sites, and nothing tells what runs here.
      for (const name of [...got.keys()])
        expect(name, what).not.toMatch(/^(access-control-|server$|x-powered-by$|via$)/);
    }
  });

  test('what needs credentials is kept in no cache', async () => {
    for (const address of [
      '/api/v1/runs',
      '/api/v1/nothing',
      '/%61pi/v1/openapi.json',
      '/api/v1/audit/export',
    ])
      expect((await sx.call(address)).headers.get('cache-control'), address).toBe('no-store');
  });

  test('an address that is written in another way opens nothing', async () => {
    for (const address of ['/%61pi/v1/openapi.json', '/api/%761/openapi.json', '/%61%70%69/v1/runs'])
      expect((await sx.call(address, { token: null })).status, address).toBe(401);
  });

  test('over TLS, and only then, browsers are told to stay with it', async () => {
    await using secure = await startTestServer({
      publicUrl: 'https://sentinelx.example',
      trustProxy: ['127.0.0.1'],
    });
    const through = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'sentinelx.example' };
    const { headers } = await secure.call('/api/v1/health', { headers: through });
    expect(
      Number(/max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '')?.[1]),
    ).toBeGreaterThanOrEqual(31_536_000);
    expect((await sx.call('/api/v1/health')).headers.get('strict-transport-security')).toBeNull();
    await makeAdmin(secure);
    const { setCookie } = await signIn(secure, 'root', { ...through, origin: 'https://sentinelx.example' });
    expect(setCookie).toMatch(/; Secure/);
  });
});

describe('cookies', () => {
  test('the only one is of the session: out of reach of scripts and of other sites', async () => {
    const { setCookie, answer } = await signIn(sx);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(setCookie).toMatch(/^sentinelx_session=[\w-]{43}; /);
    expect(setCookie).toMatch(/; HttpOnly/);
    expect(setCookie).toMatch(/; SameSite=Strict/);
    expect(setCookie).toMatch(/; Path=\//);
    expect(setCookie).not.toMatch(/Domain=/);
    expect(JSON.stringify(answer.body)).not.toContain(setCookie.slice(18, 61));
    expect(
      (await sx.call('/api/v1/runs', { token: null, headers: { cookie } })).headers.getSetCookie(),
    ).toEqual([]);
  });
});

describe('writes from other sites', () => {
  const writes = (OPERATIONS as readonly AnyOperation[]).filter(({ method }) => method !== 'GET');
  const origins = (): (string | undefined)[] => [
    undefined,
    '',
    'null',
    'https://evil.example',
    sx.base.replace('http:', 'https:'),
    sx.base.replace(/\d+$/, '1'),
    `${sx.base}.evil.example`,
    sx.base.replace('127.0.0.1', 'evil.127.0.0.1'),
    `${sx.base}/`,
    `${sx.base}, https://evil.example`,
  ];

  test('every write with the cookie is refused, whatever kind of form it came from, and nothing happens', async () => {
    const before = await footprint();
    for (const operation of writes)
      for (const origin of origins()) {
        const type = operation.upload ? 'multipart/form-data; boundary=x' : 'text/plain';
        for (const contentType of ['application/json', type]) {
          const response = await fetch(`${sx.base}${addressOf(operation.path).replace(/\{\w+\}/g, 'none')}`, {
            method: operation.method,
            headers: {
              cookie,
              'content-type': contentType,
              ...(origin === undefined ? {} : { origin }),
            },
            body: contentType === 'application/json' ? '{}' : '--x--',
          });
          const body = (await response.json()) as { code: string };
          // A type that no operation takes is refused before anybody is asked who it is.
          expect(['foreign-origin', 'unsupported-media-type'], `${operation.id} from ${origin}`).toContain(
            body.code,
          );
          if (contentType === 'application/json') expect(body.code, operation.id).toBe('foreign-origin');
        }
      }
    expect(await footprint()).toEqual(before);
    expect(writes.length).toBeGreaterThan(30);
  }, 60_000);

  test('no operation that only reads changes anything', async () => {
    const before = await footprint();
    for (const operation of (OPERATIONS as readonly AnyOperation[]).filter(
      (one) => one.method === 'GET' && !one.audited,
    ))
      await sx.call(addressOf(operation.path).replace(/\{\w+\}/g, 'none'), {
        token: null,
        headers: { cookie },
      });
    expect(await footprint()).toEqual(before);
  });

  test('a WebSocket with the cookie opens from our own pages only', async () => {
    for (const origin of [undefined, 'null', 'https://evil.example', `${sx.base}.evil.example`])
      expect(await openSocket(origin), String(origin)).toBe(403);
    expect(await openSocket(sx.base)).toBe(101);
  });

  function openSocket(origin: string | undefined): Promise<number> {
    const socket = new WebSocket(`${sx.base.replace('http', 'ws')}/ws/execution`, {
      headers: { cookie, ...(origin === undefined ? {} : { origin }) },
    });
    return new Promise((resolve) => {
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => {});
    });
  }

  /** What a write would leave behind. */
  async function footprint(): Promise<Record<string, number>> {
    const { db } = sx.app.services.store;
    const counts: Record<string, number> = {};
    for (const table of [
      'event',
      'run',
      'scope_entry',
      'user_account',
      'token',
      'grant_entry',
      'project',
      'role',
      'secret',
      'session',
      'stored_file',
    ] as const)
      counts[table] = Number(
        (
          await db
            .selectFrom(table)
            .select((e) => e.fn.countAll().as('n'))
            .executeTakeFirst()
        )?.n,
      );
    return counts;
  }
});

describe('sessions', () => {
  const me = async (value: string) =>
    (await sx.call('/api/v1/account', { token: null, headers: { cookie: value } })).status;

  test('a value that somebody chose before never becomes a session', async () => {
    const chosen = `sentinelx_session=${'A'.repeat(43)}`;
    const entered = await signIn(sx, 'root', { cookie: chosen });
    expect(entered.cookie).not.toBe(chosen);
    expect([await me(chosen), await me(entered.cookie)]).toEqual([401, 200]);
  });

  test('a sign-in gives a new value, and the session that the browser had ends', async () => {
    const first = await signIn(sx);
    const second = await signIn(sx, 'root', { cookie: first.cookie });
    expect(second.cookie).not.toBe(first.cookie);
    expect([await me(first.cookie), await me(second.cookie)]).toEqual([401, 200]);
  });

  test('signing out ends the session at the server', async () => {
    const { cookie: value } = await signIn(sx);
    const out = await sx.call('/auth/logout', {
      method: 'POST',
      token: null,
      headers: { cookie: value, origin: sx.base },
    });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/sentinelx_session=;.*(Max-Age=0|1970)/);
    expect(await me(value)).toBe(401);
  });

  test('a new password ends all other sessions', async () => {
    await makeAdmin(sx, 'second');
    const [one, other] = [await signIn(sx, 'second'), await signIn(sx, 'second')];
    const wrong = await sx.call('/api/v1/account/password', {
      token: null,
      headers: { cookie: one.cookie, origin: sx.base },
      body: { current: 'not this one', password: `${PASSWORD} anew` },
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong-credentials']);
    const changed = await sx.call('/api/v1/account/password', {
      token: null,
      headers: { cookie: one.cookie, origin: sx.base },
      body: { current: PASSWORD, password: `${PASSWORD} anew` },
    });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect([await me(one.cookie), await me(other.cookie)]).toEqual([200, 401]);
  });

  test('the store holds no value that opens a session', async () => {
    const rows = JSON.stringify(await sx.app.services.store.db.selectFrom('session').selectAll().execute());
    const fresh = await signIn(sx);
    expect(rows).not.toContain(cookie.split('=')[1]);
    expect(
      JSON.stringify(await sx.app.services.store.db.selectFrom('session').selectAll().execute()),
    ).not.toContain(fresh.cookie.split('=')[1]);
  });
});

test('guesses at a password are slowed down, and unknown names look like known ones', async () => {
  await makeAdmin(sx, 'victim');
  const guess = (login: string) =>
    sx.call('/auth/login', { body: { login, password: 'wrong' }, token: null, headers: { origin: sx.base } });
  for (const login of ['victim', 'nobody-has-this-name']) {
    const answers = [];
    for (let index = 0; index < 8; index += 1) answers.push(await guess(login));
    expect(
      answers.map(({ status }) => status),
      login,
    ).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  }
});
