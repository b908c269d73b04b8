import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckedAddress } from '../../src/net/guard.ts';
import { createHostNet, type HostNetOptions } from '../../src/net/host-net.ts';
import { parseScopeEntry } from '../../src/net/scope.ts';
import { type LocalServer, startRaw } from '../servers/local-server.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

/**
 * Every way that is known to us of writing an address that is not public, through the same door that tasks use. Nothing of it
 * may connect: a listener on this machine counts.
 */
let listener: LocalServer;
let connections = 0;

beforeAll(async () => {
  listener = await startRaw((socket) => {
    connections += 1;
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret');
  });
});
afterAll(() => listener[Symbol.asyncDispose]());

/** As wide as somebody could write it who means the public internet: every name, every network. */
const EVERYTHING = ['0.0.0.0/0', '::/0', '*.example.org', 'example.org', '*.internal.example'];

function net(options: Partial<HostNetOptions> = {}) {
  return createHostNet({
    entries: EVERYTHING.map(parseScopeEntry),
    userAgent: 'test',
    ratePerSecond: 10_000,
    maxRequests: 10_000,
    signal: new AbortController().signal,
    ...options,
  });
}

const at = (host: string, path = '/') => `http://${host}:${listener.port}${path}`;

async function expectRefused(url: string, power = net()): Promise<void> {
  const before = connections;
  const outcome = await power.http({ url, timeoutMs: 2_000 }).then(
    (answer) => `answered ${answer.status} from ${answer.remoteAddress}`,
    (error: { code?: string }) => error.code ?? String(error),
  );
  expect(['out-of-scope', 'invalid-parameter'], `${url}: ${outcome}`).toContain(outcome);
  expect(connections, `${url} made a connection`).toBe(before);
}

const FORMS: Record<string, readonly string[]> = {
  'loopback, written in other ways': [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '2130706433',
    '0x7f000001',
    '0x7f.0x0.0x0.0x1',
    '0x7f.1',
    '0177.0.0.1',
    '0177.0.0.01',
    '017700000001',
    '00000177.0.0.1',
    '127.0x0.0.01',
    '127.0.0.1.',
    '127.1.',
    '%31%32%37.0.0.1',
    '1%32%37%2e0%2e0%2e1',
    '\uff11\uff12\uff17.\uff10.\uff10.\uff11',
    '\u2460\u2461\u2466.0.0.1',
    '127\u30020\u30020\u30021',
    '127\uff0e0\uff0e0\uff0e1',
    '127\uff610\uff610\uff611',
    '127.0.0.1\u00ad',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'loc\u00adalhost',
    '\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3',
    'lo\u212aalhost.localhost',
  ],
  unspecified: ['0', '0.0.0.0', '0x0', '00', '0.0', '[::]', '[0:0:0:0:0:0:0:0]'],
  'private networks': [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '0xc0a80001',
    '3232235521',
    '0300.0250.0.1',
  ],
  'link-local and what clouds tell their machines': [
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '169.16689662',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fe80::a9fe:a9fe]',
  ],
  'shared, reserved, multicast, broadcast': [
    '100.64.0.1',
    '100.127.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '4294967295',
  ],
  'IPv6 that leads to IPv4': [
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::FFFF:169.254.169.254]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:0:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::1]',
    '[2001:0:7f00:1::]',
    '[2001:0000:4136:e378:8000:63bf:80ff:fffe]',
    '[fec0::1]',
    '[fc00::1]',
    '[fdff::1]',
    '[ff02::1]',
    '[ff0e::1]',
    '[100::1]',
    '[2001:db8::1]',
    '[5f00::1]',
  ],
};

const EXPECTED_FORMS = Object.values(FORMS).flat().length;

test('there are at least sixty of them', () => {
  expect(EXPECTED_FORMS).toBeGreaterThanOrEqual(60);
});

describe.each(Object.entries(FORMS))('%s', (_name, hosts) => {
  test.each(hosts)('%s', async (host) => {
    await expectRefused(at(host));
  });
});

test.each([
  ['user information before the host', 'http://example.org@127.0.0.1:PORT/'],
  ['user information with a colon', 'http://example.org:80@127.0.0.1:PORT/'],
  ['user information that looks like a path', 'http://example.org%2f@127.0.0.1:PORT/'],
  ['a backslash', 'http://127.0.0.1:PORT\\@example.org/'],
  ['backslashes instead of slashes', 'http:\\\\127.0.0.1:PORT\\'],
  ['more slashes', 'http:////127.0.0.1:PORT/'],
  ['no slashes', 'http:127.0.0.1:PORT'],
  ['a tab in the name', 'http://127.0.\t0.1:PORT/'],
  ['a line break in the name', 'http://127.0.\n0.1:PORT/'],
  ['blanks around', '  http://127.0.0.1:PORT/  '],
  ['a fragment that names the allowed host', 'http://127.0.0.1:PORT#@example.org/'],
  ['a question mark', 'http://127.0.0.1:PORT?@example.org/'],
  ['a zone', 'http://[fe80::1%25lo]:PORT/'],
  ['a zone without encoding', 'http://[fe80::1%lo]:PORT/'],
  ['another scheme', 'gopher://127.0.0.1:PORT/'],
  ['a scheme in capitals', 'HTTP://127.0.0.1:PORT/'],
  ['a file', 'file://127.0.0.1/etc/passwd'],
  ['data', 'data:text/plain,x'],
  ['a WebSocket', 'ws://127.0.0.1:PORT/'],
  ['a port behind a leading zero', 'http://127.0.0.1:0PORT/'],
  ['a name of a cloud', 'http://metadata.google.internal/'],
  ['another name of a cloud', 'http://instance-data/latest/'],
  ['a name that ends like the allowed one', 'http://notexample.org.evil.example:PORT/'],
])('%s', async (_name, url) => {
  await expectRefused(url.replace('PORT', String(listener.port)));
});

describe('names', () => {
  const resolver = (...answers: string[][]) => {
    let asked = 0;
    return {
      asked: () => asked,
      resolve: async (): Promise<CheckedAddress[]> => {
        const list = answers[Math.min(asked, answers.length - 1)] ?? [];
        asked += 1;
        return list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    };
  };

  test.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fe80::1%lo',
    'fd00::1',
  ])('one that is allowed and leads to %s', async (address) => {
    for (const answers of [[address], ['93.184.215.14', address], [address, '93.184.215.14']])
      await expectRefused(at('www.example.org'), net({ resolve: resolver(answers).resolve }));
  });

  test('one that changes its answer between check and use is asked once, and the first answer counts', async () => {
    const changing = resolver(['192.0.2.1'], ['127.0.0.1']);
    await expectRefused(at('rebind.example.org'), net({ resolve: changing.resolve }));
    expect(changing.asked()).toBe(1);
    const back = resolver(['127.0.0.1'], ['93.184.215.14']);
    await expectRefused(at('rebind.example.org'), net({ resolve: back.resolve }));
    expect(back.asked()).toBe(1);
  });

  test('a redirect is shown and never followed; where it leads is refused when it is asked for', async () => {
    await using redirecting = await startRaw((socket) => {
      socket.resume();
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${at('127.0.0.1', '/inner')}\r\nContent-Length: 0\r\n\r\n`);
    });
    const before = connections;
    // The one address is named in the scope with its port, the other port of the same machine is not.
    const entries = [`http://127.0.0.1:${redirecting.port}/`].map(parseScopeEntry);
    const answer = await net({ entries }).http({ url: `http://127.0.0.1:${redirecting.port}/` });
    expect(answer.status).toBe(302);
    const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
    await expectRefused(location, net({ entries }));
    expect(connections).toBe(before);
  });

  test('the control: what is named in the scope is reached, so that the counter counts', async () => {
    const before = connections;
    const entries = [`127.0.0.1:${listener.port}`].map(parseScopeEntry);
    expect((await net({ entries }).http({ url: at('127.0.0.1') })).status).toBe(200);
    expect(connections).toBe(before + 1);
  });
});

describe('TLS looks', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    'localhost',
    '\uff11\uff12\uff17.0.0.1',
    '169.254.169.254',
    '0',
    'example.org@127.0.0.1',
    'fe80::1%lo',
  ])('%s', async (host) => {
    const before = connections;
    const outcome = await net()
      .tls({ host, port: listener.port, timeoutMs: 2_000 })
      .then(
        () => 'answered',
        (error: { code?: string }) => error.code,
      );
    expect(['out-of-scope', 'invalid-parameter']).toContain(outcome);
    expect(connections).toBe(before);
  });
});

describe('through the API', () => {
  let sx: TestServer;
  beforeAll(async () => {
    sx = await startTestServer();
    for (const value of EVERYTHING) await sx.call('/api/v1/scope', { body: { kind: 'host', value } });
  });
  afterAll(() => sx[Symbol.asyncDispose]());

  test('http-check is refused for each of them, before a run starts or in it, and never connects', async () => {
    const before = connections;
    const hosts = Object.values(FORMS).flat();
    const runs: string[] = [];
    for (const host of hosts) {
      const answer = await sx.call('/api/v1/tasks/http-check/run', { body: { params: { url: at(host) } } });
      if (answer.status === 202) runs.push(answer.body.run.id);
      else expect([403, 422], `${host}: ${JSON.stringify(answer.body)}`).toContain(answer.status);
    }
    // What could be meant only when its name is resolved is refused in the run.
    expect(runs.length).toBeLessThan(5);
    for (const id of runs) {
      let run = (await sx.call(`/api/v1/runs/${id}`)).body;
      while (['queued', 'running'].includes(run.status)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        run = (await sx.call(`/api/v1/runs/${id}`)).body;
      }
      expect(run.status).not.toBe('succeeded');
    }
    expect(connections).toBe(before);
  }, 60_000);
});
