import { describe, expect, test } from 'vitest';
import { checkedAddresses, pinnedLookup } from './guard.ts';
import { allows, allowsEndpoint, parseScopeEntry } from './scope.ts';

function allowed(entry: string, url: string): boolean {
  return allows([parseScopeEntry(entry)], new URL(url));
}

describe('entries', () => {
  test.each([
    ['Example.ORG', 'example.org'],
    ['example.org.', 'example.org'],
    ['example.org:8443', 'example.org:8443'],
    ['*.Example.org', '*.example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['192.0.2.7', '192.0.2.7'],
    ['[2001:DB8::0:1]:8080', '[2001:db8::1]:8080'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['https://Example.org:443/app/../app/', 'https://example.org/app/'],
  ])('%s is %s', (text, normal) => {
    expect(parseScopeEntry(text).text).toBe(normal);
  });

  test.each([
    '',
    ' ',
    '*',
    '*.org',
    '*.192.0.2.7',
    'a b',
    'user@example.org',
    'example.org/app',
    'example.org:0',
    'example.org:70000',
    '2130706433',
    '0x7f.1',
    '127.1',
    '192.0.2.0/33',
    '2001:db8::/129',
    'ftp://example.org/',
    'https://u:p@example.org/',
    'https://example.org/?q',
    'https://*.example.org/',
    'exa%6dple.org',
    'https://example.org\\@evil.example/',
  ])('refuses %j', (text) => {
    expect(() => parseScopeEntry(text)).toThrow(expect.objectContaining({ code: 'invalid-parameter' }));
  });
});

describe('what an entry allows', () => {
  test.each([
    ['example.org', 'https://example.org/a', true],
    ['example.org', 'http://example.org:8080/', true],
    ['example.org', 'https://EXAMPLE.org./', true],
    ['example.org', 'https://sub.example.org/', false],
    ['example.org', 'https://example.org.evil.example/', false],
    ['example.org', 'https://example.org@evil.example/', false],
    ['example.org', 'https://evil.example/#@example.org/', false],
    ['example.org', 'https://evil.example\\@example.org/', false],
    ['example.org', 'ftp://example.org/', false],
    ['example.org:8443', 'https://example.org/', false],
    ['example.org:443', 'https://example.org/', true],
    ['*.example.org', 'https://a.b.example.org/', true],
    ['*.example.org', 'https://example.org/', false],
    ['*.example.org', 'https://badexample.org/', false],
    ['8.8.8.0/24', 'http://8.8.8.8/', true],
    ['8.8.8.0/24', 'http://0x08080808/', true],
    ['8.8.8.0/24', 'http://[::ffff:8.8.8.8]/', false],
    ['0.0.0.0/0', 'http://127.0.0.1/', false],
    ['0.0.0.0/0', 'http://2130706433/', false],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['https://example.org/app/', 'https://example.org/app/x', true],
    ['https://example.org/app', 'https://example.org/app', true],
    ['https://example.org/app', 'https://example.org/apple', false],
    ['https://example.org/app/', 'https://example.org/app/../admin', false],
    ['https://example.org/app/', 'https://example.org/app/%2e%2e/admin', false],
    ['https://example.org/app/', 'https://example.org/app/..%2fadmin', false],
    ['https://example.org/app/', 'https://example.org/app/%252e%252e%252fadmin', false],
    ['https://example.org/app/', 'https://example.org/app/..;/admin', false],
    ['https://example.org/app/', 'http://example.org/app/', false],
    ['https://example.org/app/', 'https://example.org:8443/app/', false],
  ])('%s, %s: %s', (entry, url, expected) => {
    expect(allowed(entry, url)).toBe(expected);
  });

  test('a prefix allows the TLS look at its own port only', () => {
    const entries = [parseScopeEntry('https://example.org:8443/app/')];
    expect(allowsEndpoint(entries, 'example.org', 8443)).toBe(true);
    expect(allowsEndpoint(entries, 'example.org', 443)).toBe(false);
  });
});

describe('addresses that are not public', () => {
  const resolvesTo =
    (...list: string[]) =>
    async () =>
      list.map((address) => ({ address, family: address.includes(':') ? (6 as const) : (4 as const) }));

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.16.9.9',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::127.0.0.1',
  ])('a public name may not lead to %s', async (address) => {
    const entries = ['example.org', '*.example.org', '0.0.0.0/0', '::/0'].map(parseScopeEntry);
    await expect(checkedAddresses(entries, 'example.org', resolvesTo(address))).rejects.toMatchObject({
      code: 'out-of-scope',
    });
    // One bad answer spoils the good ones.
    await expect(
      checkedAddresses(entries, 'example.org', resolvesTo('8.8.8.8', address)),
    ).rejects.toMatchObject({ code: 'out-of-scope' });
  });

  test.each([
    ['10.0.0.7', '10.0.0.7'],
    ['10.0.0.0/8', '10.0.0.7'],
    ['[fd00:0::7]', 'fd00::7'],
    ['fd00::/8', 'fd00::7'],
    ['https://10.0.0.7/app/', '10.0.0.7'],
  ])('%s names %s', async (entry, address) => {
    const entries = ['intranet.example', entry].map(parseScopeEntry);
    expect(await checkedAddresses(entries, 'intranet.example', resolvesTo(address))).toMatchObject([
      { address },
    ]);
  });

  test('localhost names loopback, and only under its own name', async () => {
    const entries = ['localhost', 'example.org'].map(parseScopeEntry);
    expect(await checkedAddresses(entries, 'localhost', resolvesTo('127.0.0.1', '::1'))).toHaveLength(2);
    await expect(checkedAddresses(entries, 'example.org', resolvesTo('127.0.0.1'))).rejects.toMatchObject({
      code: 'out-of-scope',
    });
    await expect(checkedAddresses(entries, 'localhost', resolvesTo('10.0.0.1'))).rejects.toMatchObject({
      code: 'out-of-scope',
    });
  });

  test('the pinned lookup knows nothing else', () => {
    const lookup = pinnedLookup([{ address: '8.8.8.8', family: 4 }]);
    const answers: unknown[] = [];
    lookup('anything.example', { all: true }, (_error, list) => answers.push(list));
    lookup('anything.example', {}, (_error, address) => answers.push(address));
    expect(answers).toEqual([[{ address: '8.8.8.8', family: 4 }], '8.8.8.8']);
  });
});
