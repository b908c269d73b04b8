import { request as ask } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../e2e/browser.ts';
import { makeAdmin, PASSWORD, signIn } from '../security/people.ts';
import { hasOpenssl, makeCertificates } from '../servers/certificates.ts';
import { type LocalServer, startHttps } from '../servers/local-server.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const NAME = '__Host-sentinelx_session';
const PUBLIC = 'https://sentinelx.example';

describe.each([
  ['a public address with https', { publicUrl: PUBLIC }, {}],
  [
    'a trusted proxy that says https',
    { publicUrl: 'http://sentinelx.example', trustProxy: ['127.0.0.1'], allowPlainHttp: true },
    { 'x-forwarded-proto': 'https' },
  ],
])('%s', (_name, options, headers) => {
  let sx: TestServer;
  const origin = options.publicUrl;
  const through = { ...headers, host: 'sentinelx.example', origin };
  beforeAll(async () => {
    sx = await startTestServer(options);
    await makeAdmin(sx);
  });
  afterAll(() => sx[Symbol.asyncDispose]());

  const me = async (cookie: string) => (await get(sx, '/api/v1/account', { ...through, cookie })).status;

  test('the cookie has the prefix and what belongs to it', async () => {
    const { lines } = await login(sx, through);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${NAME}=[\\w-]{43}; `));
    for (const part of ['; Path=/', '; HttpOnly', '; Secure', '; SameSite=Strict'])
      expect(lines[0]).toContain(part);
    expect(lines[0]).not.toMatch(/Path=\/[^;]|Domain=/);
  });

  test('a value under the name without the prefix opens nothing: the session of an earlier release signs in once more', async () => {
    const { cookie } = await login(sx, through);
    const value = cookie.slice(NAME.length + 1);
    expect(await me(cookie)).toBe(200);
    expect(await me(`sentinelx_session=${value}`)).toBe(401);
    expect(await me(`sentinelx_session=x; ${cookie}`)).toBe(200);
    const again = await login(sx, { ...through, cookie: `sentinelx_session=${value}` });
    expect(again.lines.find((line) => line.startsWith('sentinelx_session=;'))).toMatch(/1970|Max-Age=0/);
  });

  test('signing out ends it with a cookie that browsers take', async () => {
    const { cookie } = await login(sx, through);
    const out = await get(sx, '/auth/logout', { ...through, cookie }, 'POST');
    expect(out.status).toBe(204);
    expect(out.lines[0]).toMatch(new RegExp(`^${NAME}=;.*; Secure`));
    expect(await me(cookie)).toBe(401);
  });
});

test('on plain HTTP for localhost the plain name stays, also when somebody who is no proxy says https', async () => {
  await using sx = await startTestServer({ trustProxy: ['192.0.2.1'] });
  await makeAdmin(sx);
  const { setCookie, cookie } = await signIn(sx, 'root', { 'x-forwarded-proto': 'https' });
  expect(setCookie).toMatch(/^sentinelx_session=/);
  expect(setCookie).not.toContain('Secure');
  const asHost = cookie.replace('sentinelx_session', NAME);
  const status = async (value: string) =>
    (await sx.call('/api/v1/account', { token: null, headers: { cookie: value } })).status;
  expect([await status(cookie), await status(asHost)]).toEqual([200, 401]);
});

describe.skipIf(!hasOpenssl())(
  `a real browser over TLS${hasOpenssl() ? '' : ' (skipped: openssl is not installed)'}`,
  () => {
    let tls: LocalServer;
    let sx: TestServer;
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;
    beforeAll(async () => {
      const { good } = makeCertificates();
      // The TLS end, as a proxy has it.
      tls = await startHttps(good, (request, response) => {
        const headers = { ...request.headers, 'x-forwarded-proto': 'https' };
        const { port } = new URL(sx.base);
        const sent = ask({ port, path: request.url, method: request.method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        });
        request.pipe(sent);
      });
      sx = await startTestServer({
        publicUrl: `https://localhost:${tls.port}`,
        trustProxy: ['127.0.0.1', '::1'],
      });
      await makeAdmin(sx);
      browser = await launchBrowser();
      context = await browser.newContext({ ignoreHTTPSErrors: true });
      page = await context.newPage();
      await page.goto(`https://localhost:${tls.port}/api/docs`);
    }, 60_000);
    afterAll(async () => {
      await browser?.close();
      await tls?.[Symbol.asyncDispose]();
      await sx?.[Symbol.asyncDispose]();
    });

    const send = (path: string, body?: unknown) =>
      page.evaluate(
        async ([to, text]) => {
          const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
          const answer = await fetch(to ?? '', text === undefined ? {} : { ...post, body: text });
          return answer.status;
        },
        [path, body === undefined ? undefined : JSON.stringify(body)] as const,
      );
    const names = async () => (await context.cookies()).map(({ name }) => name);

    test('it keeps the cookie, sends it, and forgets it at the end', async () => {
      expect(await send('/auth/login', { login: 'root', password: PASSWORD })).toBe(200);
      expect(await names()).toEqual([NAME]);
      expect(await send('/api/v1/account')).toBe(200);
      expect(await send('/auth/logout', {})).toBe(204);
      expect(await names()).toEqual([]);
      expect(await send('/api/v1/account')).toBe(401);
    });
  },
);

function get(sx: TestServer, path: string, headers: Record<string, string>, method = 'GET', body?: unknown) {
  return new Promise<{ status: number; lines: string[] }>((resolve, reject) => {
    const { port } = new URL(sx.base);
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = ask(
      { host: '127.0.0.1', port, path, method, headers: { ...type, ...headers } },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, lines: answer.headers['set-cookie'] ?? [] }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function login(sx: TestServer, headers: Record<string, string>) {
  const { status, lines } = await get(sx, '/auth/login', headers, 'POST', {
    login: 'root',
    password: PASSWORD,
  });
  expect(status).toBe(200);
  const cookie = lines.find((line) => line.startsWith(NAME))?.split(';')[0] ?? '';
  return { lines, cookie };
}
