import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, hasOpenssl, makeCertificates } from '../../test/servers/certificates.ts';
import { startHttp, startHttps, startRaw } from '../../test/servers/local-server.ts';
import { createHostNet, type HostNetOptions } from './host-net.ts';
import { parseScopeEntry } from './scope.ts';

function net(options: Partial<HostNetOptions> = {}) {
  return createHostNet({
    entries: [parseScopeEntry('localhost')],
    userAgent: 'SentinelX test',
    ratePerSecond: 1_000,
    maxRequests: 100,
    signal: new AbortController().signal,
    ...options,
  });
}

describe('http', () => {
  test('keeps headers as they came and does not follow redirects', async () => {
    await using server = await startHttp((request, response) => {
      response.writeHead(
        302,
        [
          ['Location', '/next'],
          ['X-Two', 'a'],
          ['x-two', 'b'],
          ['x-agent', request.headers['user-agent'] ?? ''],
        ].flat(),
      );
      response.end('moved');
    });
    const answer = await net().http({ url: `${server.origin}/start#part` });
    expect(answer).toMatchObject({ status: 302, url: `${server.origin}/start`, truncated: false });
    expect(answer.headers.filter(([name]) => /^x-two$/i.test(name))).toEqual([
      ['X-Two', 'a'],
      ['x-two', 'b'],
    ]);
    expect(answer.headers).toContainEqual(['x-agent', 'SentinelX test']);
    expect(new TextDecoder().decode(answer.body)).toBe('moved');
    expect(['127.0.0.1', '::1']).toContain(answer.remoteAddress);
    expect(server.seen).toEqual(['GET /start']);
  });

  test('cuts an endless body', async () => {
    await using server = await startHttp((_request, response) => {
      const pump = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', pump);
      };
      pump();
    });
    const answer = await net().http({ url: server.origin, maxBytes: 100_000 });
    expect(answer.truncated).toBe(true);
    expect(answer.body.length).toBe(100_000);
  });

  test.each([
    ['never answers', (socket: import('node:net').Socket) => void socket.resume()],
    [
      'drips its headers',
      (socket: import('node:net').Socket) => {
        socket.resume();
        const timer = setInterval(() => socket.write('H'), 50);
        socket.on('close', () => clearInterval(timer));
      },
    ],
    [
      'drips its body',
      (socket: import('node:net').Socket) => {
        socket.resume();
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const timer = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => clearInterval(timer));
      },
    ],
  ])('a server that %s is given up in time', async (_name, onSocket) => {
    await using server = await startRaw(onSocket);
    const started = Date.now();
    await expect(net().http({ url: server.origin, timeoutMs: 300 })).rejects.toMatchObject({
      code: 'target-unreachable',
    });
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  test.each([
    ['is not HTTP', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
    ['has headers without end', `HTTP/1.1 200 OK\r\n${`x-y: ${'z'.repeat(8_000)}\r\n`.repeat(20)}\r\n`],
    ['ends at once', ''],
  ])('an answer that %s is an error with a code', async (_name, text) => {
    await using server = await startRaw((socket) => {
      socket.resume();
      socket.end(text);
    });
    await expect(net().http({ url: server.origin, timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'target-unreachable',
    });
  });

  test.each([
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhello', 'hello'],
    ['a length that is too short', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello', 'he'],
    [
      'bytes above ASCII in a header',
      'HTTP/1.1 200 OK\r\nServer: \xfc\xff\r\nContent-Length: 2\r\n\r\nhi',
      'hi',
    ],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n', 'hi'],
  ])('reads %s', async (_name, text, body) => {
    await using server = await startRaw((socket) => {
      socket.resume();
      socket.end(Buffer.from(text, 'latin1'));
    });
    const answer = await net().http({ url: server.origin, timeoutMs: 2_000 });
    expect(answer.status).toBe(200);
    expect(new TextDecoder().decode(answer.body)).toBe(body);
  });

  test.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nServer: a\0b\r\n\r\n'],
  ])('does not guess what is meant by %s', async (_name, text) => {
    await using server = await startRaw((socket) => {
      socket.resume();
      socket.end(text);
    });
    await expect(net().http({ url: server.origin, timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'target-unreachable',
    });
  });

  test('hands a compressed body on as it came: what unpacks it is the confined process', async () => {
    const packed = gzipSync('x'.repeat(10_000_000));
    await using server = await startHttp((_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed),
    );
    const answer = await net().http({ url: server.origin });
    expect(Buffer.from(answer.body).equals(packed)).toBe(true);
  });

  test('a body that breaks off is kept as truncated', async () => {
    await using server = await startRaw((socket) => {
      socket.resume();
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    });
    expect(await net().http({ url: server.origin })).toMatchObject({ status: 200, truncated: true });
  });

  test.each([
    [{ url: 'http://127.0.0.1/' }, 'out-of-scope'],
    [{ url: 'http://169.254.169.254/latest/meta-data' }, 'out-of-scope'],
    [{ url: 'file:///etc/passwd' }, 'out-of-scope'],
    [{ url: 'http://user:pass@localhost/' }, 'invalid-parameter'],
    [{ url: '/relative' }, 'invalid-parameter'],
    [{ url: 'http://localhost/', method: 'POST' as 'GET' }, 'invalid-parameter'],
    [{ url: 'http://localhost/', headers: { Host: 'other' } }, 'invalid-parameter'],
    [{ url: 'http://localhost/', headers: { 'Transfer-Encoding': 'chunked' } }, 'invalid-parameter'],
    [{ url: 'http://localhost/', headers: { 'x-a': 'b\r\nHost: other' } }, 'invalid-parameter'],
  ])('refuses %j', async (request, code) => {
    await expect(net().http(request)).rejects.toMatchObject({ code });
  });

  test('without entries nothing is allowed', async () => {
    await expect(net({ entries: [] }).http({ url: 'https://example.org/' })).rejects.toMatchObject({
      code: 'out-of-scope',
    });
  });

  test('a name that changes after the check is never asked again', async () => {
    await using server = await startHttp((_request, response) => response.end('ok'));
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '10.255.255.1', family: 4 as const }];
    };
    const entries = ['rebind.example', '127.0.0.1'].map(parseScopeEntry);
    const answer = await net({ entries, resolve }).http({
      url: `http://rebind.example:${server.port}/`,
      timeoutMs: 2_000,
    });
    expect([answer.remoteAddress, asked]).toEqual(['127.0.0.1', 1]);
    await expect(
      net({ entries, resolve }).http({ url: `http://rebind.example:${server.port}/` }),
    ).rejects.toMatchObject({ code: 'out-of-scope' });
  });

  test('keeps its pace and its limit', async () => {
    await using server = await startHttp((_request, response) => response.end());
    const slow = net({ ratePerSecond: 20, maxRequests: 5 });
    const started = Date.now();
    await Promise.all(Array.from({ length: 5 }, () => slow.http({ url: server.origin })));
    expect(Date.now() - started).toBeGreaterThanOrEqual(190);
    await expect(slow.http({ url: server.origin })).rejects.toMatchObject({ code: 'request-limit' });
  });

  test('a cancelled run stops waiting at once', async () => {
    await using server = await startRaw((socket) => void socket.resume());
    const cancel = new AbortController();
    const pending = net({ signal: cancel.signal }).http({ url: server.origin });
    setTimeout(() => cancel.abort(new Error('cancelled')), 50);
    await expect(pending).rejects.toThrow('cancelled');
  });
});

describe.skipIf(!hasOpenssl())('tls', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });

  test('a trusted certificate, and the versions that are spoken', async () => {
    await using server = await startHttps(
      { ...certificates.good, minVersion: 'TLSv1.2' },
      (_request, response) => response.end('ok'),
    );
    const power = net({ ca: [certificates.ca] });
    const look = await power.tls({ host: 'localhost', port: server.port });
    expect(look).toMatchObject({ protocol: 'TLSv1.3', trusted: true, trustError: null });
    expect(look?.chain[0]).toMatchObject({
      names: ['localhost', '127.0.0.1'],
      keyType: 'ec',
      keyBits: 256,
      selfSigned: false,
    });
    expect(await power.tls({ host: 'localhost', port: server.port, version: 'TLSv1.2' })).toMatchObject({
      protocol: 'TLSv1.2',
    });
    expect(await power.tls({ host: 'localhost', port: server.port, version: 'TLSv1.1' })).toBeNull();
    expect((await power.http({ url: server.origin })).status).toBe(200);
  });

  test('an old version that is spoken is seen', async () => {
    const old = { minVersion: 'TLSv1' as const, ciphers: 'ALL:@SECLEVEL=0' };
    await using server = await startHttps({ ...certificates.good, ...old }, (_request, response) =>
      response.end(),
    );
    expect(await net().tls({ host: 'localhost', port: server.port, version: 'TLSv1' })).toMatchObject({
      protocol: 'TLSv1',
    });
  });

  test('a server that speaks only withdrawn versions can be looked at, and is refused otherwise', async () => {
    const old = { minVersion: 'TLSv1' as const, maxVersion: 'TLSv1.1' as const, ciphers: 'ALL:@SECLEVEL=0' };
    await using server = await startHttps({ ...certificates.good, ...old }, (_request, response) =>
      response.end('seen'),
    );
    const power = net({ ca: [certificates.ca] });
    expect(await power.tls({ host: 'localhost', port: server.port, version: 'TLSv1.3' })).toBeNull();
    expect((await power.http({ url: server.origin, inspect: true })).status).toBe(200);
    await expect(power.http({ url: server.origin })).rejects.toMatchObject({ code: 'target-unreachable' });
  });

  test.each([
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const)('%s is not trusted, and says why', async (name, trustError) => {
    await using server = await startHttps(certificates[name], (_request, response) => response.end('seen'));
    const power = net({ ca: [certificates.ca] });
    expect(await power.tls({ host: 'localhost', port: server.port })).toMatchObject({
      trusted: false,
      trustError,
    });
    await expect(power.http({ url: server.origin })).rejects.toMatchObject({ code: 'target-unreachable' });
    expect((await power.http({ url: server.origin, inspect: true })).status).toBe(200);
  });

  test('a port without TLS, and one without a server', async () => {
    await using server = await startHttp((_request, response) => response.end());
    await expect(net().tls({ host: 'localhost', port: server.port })).rejects.toMatchObject({
      code: 'target-unreachable',
    });
    await expect(net().tls({ host: 'localhost', port: 1, version: 'TLSv1.3' })).rejects.toMatchObject({
      code: 'target-unreachable',
    });
    await expect(net().tls({ host: 'example.org' })).rejects.toMatchObject({ code: 'out-of-scope' });
    await expect(net().tls({ host: 'localhost/@evil' })).rejects.toMatchObject({ code: 'invalid-parameter' });
  });
});
