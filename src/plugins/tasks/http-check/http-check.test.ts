import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { hasOpenssl, makeCertificates } from '../../../../test/servers/certificates.ts';
import { type LocalServer, startHttp, startHttps, startRaw } from '../../../../test/servers/local-server.ts';
import { SentinelError } from '../../../lib/errors.ts';
import { createHostNet } from '../../../net/host-net.ts';
import { parseScopeEntry } from '../../../net/scope.ts';
import type { Net } from '../../../plugin/powers/net.ts';
import type { FindingEvent, TaskEvent } from '../../../plugin/task.ts';
import task from './index.ts';
import { RULES, type RuleId } from './rules.ts';

interface Result {
  events: TaskEvent<RuleId>[];
  findings: FindingEvent<RuleId>[];
  rules: string[];
  output: z.output<NonNullable<typeof task.output>>;
}

async function check(
  url: string,
  more: {
    params?: Partial<z.input<typeof task.params>>;
    ca?: string[];
    later?: number;
    scope?: string;
    ratePerSecond?: number;
    through?: (net: Net) => Net;
  } = {},
): Promise<Result> {
  const signal = new AbortController().signal;
  const host = createHostNet({
    entries: [parseScopeEntry(more.scope ?? 'localhost')],
    userAgent: 'SentinelX test',
    ratePerSecond: more.ratePerSecond ?? 10_000,
    maxRequests: 500,
    signal,
    ...(more.ca ? { ca: more.ca } : {}),
  });
  const net = more.through?.(host) ?? host;
  const params = task.params.parse({ url, timeoutMs: 500, ...more.params });
  const run = task.run({ params, net, signal, log: () => {}, now: () => Date.now() + (more.later ?? 0) });
  const events: TaskEvent<RuleId>[] = [];
  for (;;) {
    const step = await run.next();
    if (!step.done) {
      events.push(step.value);
      continue;
    }
    const findings = events.filter((event) => event.type === 'finding');
    const rules = [...new Set(findings.map((one) => one.rule))].sort();
    return { events, findings, rules, output: task.output?.parse(step.value) as Result['output'] };
  }
}

const SECURITY = {
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Content-Security-Policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

function hardened(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value);
  if (request.url === '/.well-known/security.txt') {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    const expires = new Date(Date.now() + 90 * 86_400_000).toISOString();
    response.end(`Contact: mailto:security@example.org\nExpires: ${expires}\n`);
  } else if (request.url === '/') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Set-Cookie', '__Host-sid=abcdefghijkl; Secure; HttpOnly; SameSite=Lax; Path=/');
    response.end(
      '<!doctype html><title>Fine</title><script src="/a.js"></script><form method="post"><input type="password"></form>',
    );
  } else {
    response.statusCode = 404;
    response.end();
  }
}

function site(files: Record<string, { body: string | Buffer; headers?: Record<string, string | string[]> }>) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const file = files[request.url ?? ''];
    response.statusCode = file ? 200 : 404;
    for (const [name, value] of Object.entries(file?.headers ?? {})) response.setHeader(name, value);
    response.end(file?.body);
  };
}

const HTML = { 'Content-Type': 'text/html' };

test('the table of rules is complete', () => {
  expect(Object.keys(RULES).length).toBeGreaterThanOrEqual(40);
});

describe.skipIf(!hasOpenssl())('over HTTPS', () => {
  const certificates = hasOpenssl() ? makeCertificates() : (undefined as never);
  const ca = hasOpenssl() ? [certificates.ca] : [];

  test('a hardened site gives no finding and is covered', async () => {
    await using server = await startHttps({ ...certificates.good, minVersion: 'TLSv1.2' }, hardened);
    const target = server.origin;
    await using plain = await startHttp((_request, response) =>
      response.writeHead(308, { Location: target }).end(),
    );
    const result = await check(server.origin, { ca, params: { httpPort: plain.port } });
    expect(result.findings).toEqual([]);
    expect(result.events.filter((event) => event.type === 'problem')).toEqual([]);
    const covered = new Set(
      result.events.flatMap((event) => (event.type === 'covered' ? (event.rules ?? []) : [])),
    );
    expect([...covered].sort()).toEqual(Object.keys(RULES).sort());
    expect(result.output.tls).toMatchObject({ trusted: true, versions: ['TLSv1.2', 'TLSv1.3'] });
    expect(JSON.stringify(result.output)).not.toContain('abcdefghijkl');
    expect(server.seen.every((line) => /^(GET|HEAD|OPTIONS) /.test(line))).toBe(true);
  });

  test('the same site twice gives the same keys', async () => {
    await using server = await startHttps(
      certificates.selfSigned,
      site({ '/': { body: '<html>', headers: HTML } }),
    );
    const identity = (result: Result) =>
      result.findings.map(({ rule, at, key }) => JSON.stringify([rule, at, key]));
    const first = identity(await check(server.origin, { ca }));
    expect(first.length).toBeGreaterThan(5);
    expect(new Set(first).size).toBe(first.length);
    expect(identity(await check(server.origin, { ca }))).toEqual(first);
  });

  test('a careless site', async () => {
    const body =
      '<html><script src="http://cdn.example/a.js"></script><img src=http://cdn.example/i.png><form action="http://x.example/"><input type=PASSWORD></form>' +
      '<a href="/x;jsessionid=1">x</a><!-- <object data="http://no.example/"> --><script>"<iframe src=http://no.example>"</script>';
    const headers = {
      ...HTML,
      'Strict-Transport-Security': 'max-age=60',
      'Content-Security-Policy': "script-src * 'unsafe-inline' 'unsafe-eval'; img-src http://cdn.example",
      'X-Frame-Options': 'ALLOW-FROM https://x.example',
      'Referrer-Policy': 'unsafe-url',
      Server: 'nginx/1.2.3',
      'X-Powered-By': 'PHP/5.6',
      'X-XSS-Protection': '1; mode=block',
      'Access-Control-Allow-Origin': 'null',
      'Access-Control-Allow-Credentials': 'true',
      'Set-Cookie': [
        'session=topsecretvalue; Domain=localhost',
        '__Host-a=b; SameSite=None',
        'gone=; Max-Age=0',
      ],
    };
    const old = { minVersion: 'TLSv1' as const, maxVersion: 'TLSv1.2' as const, ciphers: 'ALL:@SECLEVEL=0' };
    await using server = await startHttps({ ...certificates.weak, ...old }, site({ '/': { body, headers } }));
    await using plain = await startHttp((_request, response) => response.end('hello'));
    const result = await check(server.origin, { ca, params: { httpPort: plain.port } });
    expect(result.rules).toEqual(
      [
        // OpenSSL refuses so short a key as well.
        'cert-untrusted',
        'cert-weak-key',
        'charset-missing',
        'cookie-broad-domain',
        'coop-missing',
        'corp-missing',
        'cookie-not-httponly',
        'cookie-not-secure',
        'cookie-prefix-broken',
        'cookie-samesite-missing',
        'cookie-samesite-none-insecure',
        'cors-null-origin',
        'csp-http-source',
        'csp-no-base-uri',
        'csp-no-object-src',
        'csp-unsafe-eval',
        'csp-unsafe-inline',
        'csp-wildcard',
        'form-over-http',
        'framing-invalid',
        'hsts-no-subdomains',
        'hsts-short',
        'http-not-redirected',
        'mixed-active',
        'mixed-passive',
        'nosniff-missing',
        'password-in-query',
        'permissions-policy-missing',
        'referrer-policy-unsafe',
        'security-txt-missing',
        'server-version',
        'session-in-url',
        'sri-missing',
        'technology-disclosed',
        'tls-no-13',
        'tls-old-protocol',
        'xss-auditor',
      ].sort(),
    );
    expect(result.findings.find((one) => one.rule === 'cookie-not-secure')?.secrets).toEqual([
      'topsecretvalue',
    ]);
    const shown = result.findings
      .map(({ evidence, message, at, key }) => JSON.stringify([evidence, message, at, key]))
      .join();
    expect(shown).not.toContain('topsecretvalue');
    expect(shown).not.toContain('no.example');
    expect(result.findings.find((one) => one.rule === 'cors-null-origin')?.severity).toBe('high');
  });

  test.each([
    ['selfSigned', 'cert-self-signed'],
    ['wrongName', 'cert-name-mismatch'],
    ['expired', 'cert-expired'],
  ] as const)('certificate: %s', async (name, rule) => {
    await using server = await startHttps({ ...certificates[name], minVersion: 'TLSv1.2' }, hardened);
    expect((await check(server.origin, { ca, params: { httpPort: 1 } })).rules).toEqual([rule]);
  });

  test('a certificate that ends in five days', async () => {
    await using server = await startHttps({ ...certificates.good, minVersion: 'TLSv1.2' }, hardened);
    const { rules } = await check(server.origin, { ca, params: { httpPort: 1 }, later: 360 * 86_400_000 });
    expect(rules).toEqual(['cert-expires-soon', 'security-txt-expired']);
  });

  test('an authority that nobody knows', async () => {
    await using server = await startHttps({ ...certificates.good, minVersion: 'TLSv1.2' }, hardened);
    expect((await check(server.origin, { params: { httpPort: 1 } })).rules).toEqual(['cert-untrusted']);
  });

  test('a version that this machine cannot offer is unknown, not absent', async () => {
    await using server = await startHttps({ ...certificates.good, minVersion: 'TLSv1.2' }, hardened);
    const through = (net: Net): Net => ({
      http: net.http,
      async tls(request) {
        if (request.version !== 'TLSv1.1') return net.tls(request);
        throw new SentinelError('unsupported', 'OpenSSL of this machine cannot offer TLSv1.1.');
      },
    });
    const { events, findings } = await check(server.origin, { ca, through, params: { httpPort: 1 } });
    expect(findings).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'problem', code: 'unsupported' }));
    const covered = events.flatMap((event) => (event.type === 'covered' ? (event.rules ?? []) : []));
    expect(covered).not.toContain('tls-old-protocol');
    expect(covered).toEqual(expect.arrayContaining(['tls-no-13', 'cert-expired', 'tls-no-forward-secrecy']));
  });

  test('no promise is asked of an address without a name', async () => {
    await using server = await startHttps({ ...certificates.good, minVersion: 'TLSv1.2' }, site({}));
    const { rules } = await check(`https://127.0.0.1:${server.port}/`, {
      ca,
      scope: '127.0.0.1',
      params: { httpPort: 1 },
    });
    expect(rules).not.toContain('hsts-missing');
    expect(rules).toContain('nosniff-missing');
  });

  test('a redirect down to plain HTTP', async () => {
    await using plain = await startHttp(site({}));
    const to = plain.origin;
    await using server = await startHttps(certificates.good, (_request, response) =>
      response.writeHead(302, { Location: to }).end(),
    );
    expect((await check(server.origin, { ca })).rules).toEqual(
      expect.arrayContaining(['redirect-downgrade', 'plain-http']),
    );
  });
});

describe('over HTTP', () => {
  test.each<[RuleId, string, string | Buffer]>([
    ['exposed-git', '/.git/HEAD', 'ref: refs/heads/main\n'],
    ['exposed-env', '/.env', '# app\nDB_PASSWORD=hunter2secret\nPORT=1\n'],
    ['exposed-ds-store', '/.DS_Store', Buffer.from('\0\0\0\u0001Bud1\0\0', 'latin1')],
    ['exposed-server-status', '/server-status', '<title>Apache Status</title>'],
    ['exposed-phpinfo', '/phpinfo.php', '<title>PHP 8.3.1 - phpinfo()</title>'],
    ['exposed-htpasswd', '/.htpasswd', 'admin:$apr1$x$y\n'],
    ['exposed-dump', '/dump.sql', '-- MySQL dump 10.13\n'],
    ['exposed-actuator', '/actuator/env', '{"activeProfiles":[],"propertySources":[]}'],
    ['exposed-private-key', '/id_rsa', `-----BEGIN ${'OPENSSH'} PRIVATE KEY-----\n`],
    ['exposed-compose', '/docker-compose.yml', 'services:\n  web:\n    image: x\n'],
    ['directory-listing', '/', '<html><title>Index of /</title>'],
  ])('%s', async (rule, path, body) => {
    await using server = await startHttp(
      site({ '/': { body: 'x' }, [path]: { body, headers: path === '/' ? HTML : {} } }),
    );
    const result = await check(server.origin);
    expect(result.rules).toContain(rule);
    expect(JSON.stringify(result.findings)).not.toContain('hunter2secret');
  });

  test('a page for everything exposes nothing', async () => {
    const everything = '<html>ref: refs/heads/main <title>Apache Status</title> services: image: A=1';
    await using server = await startHttp((_request, response) =>
      response.writeHead(200, HTML).end(everything),
    );
    expect((await check(server.origin)).rules.filter((rule) => rule.startsWith('exposed-'))).toEqual([]);
  });

  test('security.txt that has expired or lacks a contact', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    const body = 'Expires: 2020-01-01T00:00:00Z\n';
    await using server = await startHttp(
      site({ '/': { body: 'x' }, '/.well-known/security.txt': { body, headers } }),
    );
    expect((await check(server.origin)).rules).toEqual(
      expect.arrayContaining(['security-txt-expired', 'security-txt-invalid']),
    );
  });

  test('an origin that is repeated', async () => {
    await using server = await startHttp((request, response) =>
      response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '').end('x'),
    );
    expect((await check(server.origin)).rules).toEqual(
      expect.arrayContaining(['cors-reflects-origin', 'cors-null-origin', 'plain-http']),
    );
  });

  test('redirects in a circle, and without end', async () => {
    await using circle = await startHttp((request, response) =>
      response.writeHead(302, { Location: request.url === '/a' ? '/' : '/a' }).end(),
    );
    expect((await check(circle.origin)).rules).toContain('redirect-loop');
    await using endless = await startHttp((request, response) =>
      response.writeHead(302, { Location: `${request.url}x` }).end(),
    );
    const { rules } = await check(endless.origin);
    expect(rules).toContain('redirect-too-long');
    expect(endless.seen.length).toBeLessThan(60);
  });

  test('another host is not followed', async () => {
    await using server = await startHttp((_request, response) =>
      response.writeHead(302, { Location: 'http://169.254.169.254/' }).end(),
    );
    const result = await check(server.origin);
    expect(result.output.pages.every((page) => page.url.startsWith(server.origin))).toBe(true);
    expect(result.events).toContainEqual(
      expect.objectContaining({
        type: 'problem',
        message: expect.stringContaining('leads to http://169.254.169.254, another host'),
      }),
    );
  });

  test('a circle that a cookie would end is no finding, but a page that was not examined', async () => {
    await using server = await startHttp((_request, response) =>
      response.writeHead(302, { Location: '/', 'Set-Cookie': 'seen=1; HttpOnly; SameSite=Lax' }).end(),
    );
    const { rules, events } = await check(server.origin);
    expect(rules).not.toContain('redirect-loop');
    expect(events).toContainEqual(expect.objectContaining({ type: 'problem', at: `${server.origin}/` }));
  });

  test('requests come one at a time, at the pace of the host, with harmless methods, and are counted', async () => {
    const starts: number[] = [];
    let open = 0;
    let most = 0;
    await using server = await startHttp((_request, response) => {
      starts.push(performance.now());
      most = Math.max(most, ++open);
      setTimeout(() => {
        open -= 1;
        response.writeHead(404).end();
      }, 3);
    });
    const { output } = await check(server.origin, { ratePerSecond: 50, params: { paths: ['/a', '/b'] } });
    expect(most).toBe(1);
    expect(server.seen.every((line) => /^(GET|HEAD|OPTIONS) /.test(line))).toBe(true);
    expect(server.seen.length).toBe(output.requests);
    expect(server.seen.length).toBeLessThan(50);
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    // 20 ms apart; a timer may be early by one, and a slow start brings the next one nearer.
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeGreaterThan(18);
  });

  test.each<[string, () => Promise<LocalServer>]>([
    [
      'invalid bytes',
      () =>
        startHttp((_request, response) =>
          response
            .writeHead(200, HTML)
            .end(Buffer.from('<form \xff\xfe<<= =<input type=password \x00 "', 'latin1')),
        ),
    ],
    [
      'a huge page',
      () => startHttp((_request, response) => response.writeHead(200, HTML).end('<a '.repeat(1_000_000))),
    ],
  ])('%s are survived', async (_name, start) => {
    await using server = await start();
    expect((await check(server.origin)).rules).toContain('csp-missing');
  });

  test.each<[string, () => Promise<LocalServer>]>([
    ['silent', () => startRaw((socket) => void socket.resume())],
    ['not HTTP', () => startRaw((socket) => void socket.end('220 mail\r\n'))],
  ])('a %s server is a problem, and nothing counts as covered', async (_name, start) => {
    await using server = await start();
    const { events, findings } = await check(server.origin);
    expect(findings).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'problem', code: 'target-unreachable' }));
    expect(events.some((event) => event.type === 'covered')).toBe(false);
  });
});
