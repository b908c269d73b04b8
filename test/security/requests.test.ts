import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { hostOf, openRaw, sendRaw, statusesOf } from './raw.ts';

/** Requests as no library would send them: on raw sockets. */
let sx: TestServer;
let auth: string;
beforeAll(async () => {
  sx = await startTestServer();
  auth = `Host: ${hostOf(sx.base)}\r\nAuthorization: Bearer ${sx.ownerToken}\r\n`;
});
afterAll(() => sx[Symbol.asyncDispose]());

const scopeCount = async () => (await sx.call('/api/v1/scope')).body.items.length;

/** A second request that would do something, hidden in what one side may take for the body of the first. */
const hidden = () => {
  const body = '{"kind":"host","value":"smuggled.example"}';
  return `POST /api/v1/scope HTTP/1.1\r\n${auth}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

describe('requests that two readers could divide differently', () => {
  const shapes: Record<string, (smuggled: string) => string> = {
    'length and chunks': (s) => `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${s}`,
    'chunks and length': (s) => `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${s}`,
    'two lengths': (s) => `Content-Length: 0\r\nContent-Length: ${s.length}\r\n\r\n${s}`,
    'a list of lengths': (s) => `Content-Length: 0, ${s.length}\r\n\r\n${s}`,
    'a length with a sign': (s) => `Content-Length: +0\r\n\r\n${s}`,
    'a length in hexadecimal': (s) => `Content-Length: 0x0\r\n\r\n${s}`,
    'a negative length': (s) => `Content-Length: -1\r\n\r\n${s}`,
    'an unknown coding': (s) => `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${s}`,
    'chunked and something behind it': (s) => `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${s}`,
    'two codings': (s) => `Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n${s}`,
    'a blank before the colon': (s) =>
      `Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${s}`,
    'a tab before the value': (s) => `Content-Length: 5\r\nTransfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n${s}`,
    'a folded line': (s) => `Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${s}`,
    'a bare line feed': (s) => `X-A: b\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${s}`,
    'a bare carriage return': (s) =>
      `X-A: b\rContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${s}`,
    'a NUL in a header': (s) => `X-A: a\0b\r\nContent-Length: 0\r\n\r\n${s}`,
    'a chunk size that is too large': (s) => `Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n${s}`,
    'a chunk size with a sign': (s) => `Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${s}`,
    'a chunk without its end': (s) => `Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n${s}`,
  };
  test.each(Object.entries(shapes))('%s', async (_name, shape) => {
    const before = await scopeCount();
    const answer = await sendRaw(
      sx.base,
      `POST /api/v1/scope HTTP/1.1\r\n${auth}Content-Type: application/json\r\n${shape(hidden())}`,
    );
    const statuses = statusesOf(answer);
    // One answer at most, a refusal, and the connection is not used any more.
    expect(statuses.length, answer.slice(0, 300)).toBeLessThanOrEqual(1);
    for (const status of statuses) expect(status).toBeGreaterThanOrEqual(400);
    expect(await scopeCount()).toBe(before);
  });

  test('the control: two whole requests on one connection are two', async () => {
    const before = await scopeCount();
    const answer = await sendRaw(
      sx.base,
      `GET /api/v1/health HTTP/1.1\r\nHost: ${hostOf(sx.base)}\r\n\r\n${hidden()}`,
    );
    expect(statusesOf(answer)).toEqual([200, 201]);
    expect(await scopeCount()).toBe(before + 1);
  });
});

describe('what is no request', () => {
  test.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2 without agreement', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another version', 'GET / HTTP/9.9\r\n\r\n'],
    ['no version', 'GET /\r\n\r\n'],
    ['a line break in the address', 'GET /api\rX: y HTTP/1.1\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
    ['very long headers', `GET / HTTP/1.1\r\nX-A: ${'a'.repeat(40_000)}\r\n\r\n`],
    ['a very long address', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n\r\n`],
    ['very many headers', `GET / HTTP/1.1\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n`],
  ])('%s', async (_name, text) => {
    const answer = await sendRaw(sx.base, text);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(statusesOf(answer)).toHaveLength(1);
    expect([400, 421, 431, 505]).toContain(statusesOf(answer)[0]);
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(head.toLowerCase()).toContain("frame-ancestors 'none'");
    expect(JSON.parse(body)).toMatchObject({ status: statusesOf(answer)[0] });
    expect(body).not.toMatch(/HPE_|node:|\.js|\n\s+at /);
  });
});

describe('the name of the server', () => {
  const ask = (lines: string, target = '/api/docs') =>
    sendRaw(sx.base, `GET ${target} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
  test.each([
    ['another name', 'Host: evil.example\r\n'],
    ['the right name with another port', 'Host: 127.0.0.1:1\r\n'],
    ['a name behind an at sign', 'Host: HOST@evil.example\r\n'],
    ['user information', 'Host: evil.example@HOST\r\n'],
    ['a path in the name', 'Host: HOST/evil.example\r\n'],
    ['two names', 'Host: HOST\r\nHost: evil.example\r\n'],
    ['two names, the other way', 'Host: evil.example\r\nHost: HOST\r\n'],
    ['an empty name', 'Host: \r\n'],
    ['no name', ''],
    ['a name that begins like ours', 'Host: HOST.evil.example\r\n'],
  ])('%s', async (_name, lines) => {
    const answer = await ask(lines.replaceAll('HOST', hostOf(sx.base)));
    expect([400, 421]).toContain(statusesOf(answer)[0]);
    expect(answer.split('\r\n\r\n')[1] ?? '').not.toContain('href="http://evil');
  });

  test('headers of a proxy that nobody named change nothing, and no address in a page comes from the request', async () => {
    const own = `Host: ${hostOf(sx.base)}\r\n`;
    for (const line of [
      'X-Forwarded-Host: evil.example',
      'Forwarded: host=evil.example',
      'X-Original-URL: /metrics',
      'X-Rewrite-URL: /metrics',
      'X-Host: evil.example',
      'X-Forwarded-Prefix: //evil.example',
    ]) {
      const answer = await ask(`${own}${line}\r\n`);
      expect(statusesOf(answer)).toEqual([200]);
      expect(answer, line).not.toContain('evil.example');
    }
  });
});

describe('methods', () => {
  test.each(['TRACE', 'TRACK', 'CONNECT', 'DEBUG', 'PROPFIND', 'MKCOL', 'get'])(
    '%s is refused and echoes nothing',
    async (method) => {
      const answer = await sendRaw(
        sx.base,
        `${method} /api/v1/health HTTP/1.1\r\n${auth}X-Echo: marker-71\r\nConnection: close\r\n\r\n`,
      );
      for (const status of statusesOf(answer)) expect(status).toBeGreaterThanOrEqual(400);
      expect(answer).not.toContain('marker-71');
    },
  );

  test('no header and no parameter makes another method of one', async () => {
    const entry = (await sx.call('/api/v1/scope', { body: { kind: 'host', value: 'stays.example' } })).body
      .id;
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override', '_method'])
      await sx.call(`/api/v1/scope/${entry}`, { method: 'POST', headers: { [name]: 'DELETE' }, body: {} });
    await sx.call(`/api/v1/scope/${entry}?_method=DELETE`, { method: 'POST', body: { _method: 'DELETE' } });
    expect((await sx.call('/api/v1/scope')).body.items.map(({ id }: { id: string }) => id)).toContain(entry);
  });
});

describe('more than is good', () => {
  test('JSON that is deep, wide, long or full of numbers is answered at once', async () => {
    const wide = `{${Array.from({ length: 60_000 }, (_, index) => `"k${index}":0`).join()}}`;
    const bombs = [
      '['.repeat(500_000) + ']'.repeat(500_000),
      `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`,
      wide,
      `{"params":${wide}}`,
      `{"kind":"host","value":"${'a.'.repeat(400_000)}"}`,
      `[${'1e999,'.repeat(150_000)}1]`,
      `{"n":${'9'.repeat(900_000)}}`,
      `"${'\\u0000'.repeat(150_000)}"`,
    ];
    for (const path of ['/api/v1/scope', '/api/v1/tasks/cvss/check', '/api/v1/users'])
      for (const [index, text] of bombs.entries()) {
        const started = performance.now();
        const response = await fetch(`${sx.base}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${sx.ownerToken}`, 'content-type': 'application/json' },
          body: text,
        });
        expect(response.status, `${path} ${index}`).toBeLessThan(500);
        await response.text();
        expect(performance.now() - started, `${path} ${index}`).toBeLessThan(3_000);
      }
  }, 60_000);

  test('hundreds of cookies cost nothing and hide nothing', async () => {
    const many = Array.from({ length: 700 }, (_, index) => `c${index}=${index}`).join('; ');
    const started = performance.now();
    for (const cookie of [
      many,
      `${many}; sentinelx_session=x`,
      ';'.repeat(9_000),
      `__proto__=x; constructor=y; ${many}`,
    ])
      expect((await sx.call('/api/v1/runs', { token: null, headers: { cookie } })).status).toBe(401);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('fifty connections that send drop by drop keep nobody else waiting', async () => {
    const sockets: Socket[] = Array.from({ length: 50 }, (_, index) => {
      const socket = openRaw(sx.base);
      socket.on('error', () => {});
      socket.write(
        index % 2 === 0
          ? `GET /api/v1/runs HTTP/1.1\r\nHost: x\r\nX-A: `
          : `POST /api/v1/scope HTTP/1.1\r\n${auth}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
      );
      return socket;
    });
    const drops = setInterval(() => {
      for (const socket of sockets) socket.write(' ');
    }, 50);
    try {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const started = performance.now();
      for (let index = 0; index < 20; index += 1) expect((await sx.call('/api/v1/runs')).status).toBe(200);
      expect(performance.now() - started).toBeLessThan(3_000);
    } finally {
      clearInterval(drops);
      for (const socket of sockets) socket.destroy();
    }
  });
});
