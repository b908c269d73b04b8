import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, hasOpenssl, makeCertificates } from '../../test/servers/certificates.ts';
import { startHttp, startHttps } from '../../test/servers/local-server.ts';
import { createHostNet, type HostNetOptions } from './host-net.ts';
import { proxyFor } from './proxy.ts';
import { parseScopeEntry } from './scope.ts';

test.each([
  ['http://example.org/', '', true],
  ['http://example.org/', 'example.org', false],
  ['http://www.example.org/', 'example.org', false],
  ['http://www.example.org/', '.example.org', false],
  ['http://notexample.org/', 'example.org', true],
  ['http://example.org:8080/', 'example.org:8080', false],
  ['http://example.org:8081/', 'example.org:8080', true],
  ['http://10.1.2.3/', '10.0.0.0/8', false],
  ['http://11.1.2.3/', '10.0.0.0/8', true],
  ['http://[2001:db8::1]/', '2001:db8::/32', false],
  ['http://[2001:db8::1]/', '2001:db8::1', false],
  ['http://example.org/', '*', false],
  ['http://example.org/', 'a.org, example.org', false],
])('%s with NO_PROXY %j goes through the proxy: %s', (url, none, through) => {
  expect(proxyFor(new URL(url), { http: 'http://proxy:1', none }) !== undefined).toBe(through);
});

test('https has its own proxy', () => {
  const settings = { http: 'http://one:1', https: 'http://two:2' };
  expect(proxyFor(new URL('https://example.org'), settings)?.host).toBe('two:2');
  expect(proxyFor(new URL('http://example.org'), settings)?.host).toBe('one:1');
  expect(proxyFor(new URL('http://example.org'), undefined)).toBeUndefined();
});

interface Proxy extends AsyncDisposable {
  address: string;
  seen: string[];
}

/** A forward proxy for http and CONNECT that notes what it was asked for. */
async function startProxy(user?: string): Promise<Proxy> {
  const seen: string[] = [];
  const refused = (request: IncomingMessage) =>
    user !== undefined &&
    request.headers['proxy-authorization'] !== `Basic ${Buffer.from(user).toString('base64')}`;
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} host=${request.headers.host}`);
    if (refused(request)) return response.writeHead(407).end();
    const url = new URL(request.url ?? '');
    const upstream = connect(Number(url.port), url.hostname.replace(/^\[|\]$/g, ''), () => {
      upstream.write(`GET ${url.pathname} HTTP/1.0\r\nHost: ${request.headers.host}\r\n\r\n`);
      upstream.pipe(response.socket as Socket);
    });
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    socket.on('error', () => {});
    if (refused(request)) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://${user === undefined ? '' : `${user}@`}127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function net(proxy: string, options: Partial<HostNetOptions> = {}) {
  return createHostNet({
    entries: [parseScopeEntry('localhost')],
    userAgent: 'SentinelX test',
    ratePerSecond: 1_000,
    maxRequests: 100,
    signal: new AbortController().signal,
    proxy: { http: proxy, https: proxy },
    ...options,
  });
}

test('http goes through the proxy, to the address that was checked, under the name of the target', async () => {
  await using server = await startHttp((request, response) => response.end(`for ${request.headers.host}`));
  await using proxy = await startProxy();
  const answer = await net(proxy.address, { entries: [parseScopeEntry('127.0.0.1')] }).http({
    url: `http://127.0.0.1:${server.port}/x`,
  });
  expect(new TextDecoder().decode(answer.body)).toBe(`for 127.0.0.1:${server.port}`);
  expect(proxy.seen).toEqual([`GET http://127.0.0.1:${server.port}/x host=127.0.0.1:${server.port}`]);
});

test('with a user and password; a proxy that refuses is named, without them', async () => {
  await using server = await startHttp((_request, response) => response.end('ok'));
  await using proxy = await startProxy('ada:secret');
  const url = `http://localhost:${server.port}/`;
  expect((await net(proxy.address).http({ url })).status).toBe(200);
  const wrong = proxy.address.replace('ada:secret', 'eve:guess');
  expect((await net(wrong).http({ url })).status).toBe(407);
});

test('the guard stays: a private address behind a name is refused before the proxy hears of it', async () => {
  await using proxy = await startProxy();
  const resolve = async () => [{ address: '10.0.0.7', family: 4 as const }];
  const entries = [parseScopeEntry('intranet.example.org')];
  await expect(
    net(proxy.address, { entries, resolve }).http({ url: 'http://intranet.example.org/' }),
  ).rejects.toMatchObject({
    code: 'out-of-scope',
  });
  await expect(
    net(proxy.address, { entries }).http({ url: 'http://other.example.org/' }),
  ).rejects.toMatchObject({
    code: 'out-of-scope',
  });
  expect(proxy.seen).toEqual([]);
});

describe.skipIf(!hasOpenssl())(hasOpenssl() ? 'https' : 'https (skipped: openssl is not installed)', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });

  test('a tunnel to the checked address; the certificate of the target is checked in it', async () => {
    await using server = await startHttps(certificates.good, (_request, response) => response.end('secure'));
    await using proxy = await startProxy();
    const url = `https://localhost:${server.port}/`;
    const answer = await net(proxy.address, { ca: [certificates.ca] }).http({ url });
    expect(new TextDecoder().decode(answer.body)).toBe('secure');
    expect(proxy.seen[0]).toMatch(/^CONNECT (127\.0\.0\.1|\[::1\]):\d+$/);
    await expect(net(proxy.address).http({ url })).rejects.toMatchObject({ code: 'target-unreachable' });
    const look = await net(proxy.address, { ca: [certificates.ca] }).tls({
      host: 'localhost',
      port: server.port,
    });
    expect(look?.trusted).toBe(true);
  });

  test('a proxy that resolves gets the name', async () => {
    await using server = await startHttps(certificates.good, (_request, response) => response.end('secure'));
    await using proxy = await startProxy();
    const answer = await net(proxy.address, {
      ca: [certificates.ca],
      proxy: { https: proxy.address, resolves: true },
    }).http({ url: `https://localhost:${server.port}/` });
    expect(answer.status).toBe(200);
    expect(proxy.seen).toEqual([`CONNECT localhost:${server.port}`]);
  });

  test('a proxy that refuses the tunnel is named', async () => {
    await using proxy = await startProxy('ada:secret');
    await expect(
      net(proxy.address.replace('ada:secret', 'eve:guess')).http({ url: 'https://localhost:1/' }),
    ).rejects.toThrow(/wants a user and password/);
  });
});
