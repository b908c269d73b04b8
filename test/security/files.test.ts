import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';
import { hostOf, sendRaw, statusesOf } from './raw.ts';

/** Files that the server gives out: its own, and those that somebody uploaded. */
let sx: TestServer;
beforeAll(async () => {
  sx = await startTestServer();
});
afterAll(() => sx[Symbol.asyncDispose]());

describe('the page has its own files and no others', () => {
  const inside = /"name": "sentinelx"|root:x:0|\[core\]|SQLite format|createServer|"token"/;
  const names = ['package.json', 'etc/passwd', '.git/config', 'src/app.ts', '.env', 'server.json'];
  const ups = [
    '../',
    '..%2f',
    '%2e%2e/',
    '%2e%2e%2f',
    '..%252f',
    '%252e%252e%252f',
    '..\\',
    '..%5c',
    '%2e%2e%5c',
    '....//',
    '..;/',
    '..%c0%af',
    '..%ef%bc%8f',
    '%2e%2e%00/',
    './',
    '/',
  ];

  test.each(ups)(
    'by %j',
    async (up) => {
      for (const name of names)
        for (const start of ['/', '/assets/', '/api/v1/files/', '/api/docs/']) {
          const target = `${start}${up.repeat(up === './' || up === '/' ? 1 : 6)}${name}`;
          const answer = await sendRaw(
            sx.base,
            `GET ${target} HTTP/1.1\r\nHost: ${hostOf(sx.base)}\r\nConnection: close\r\n\r\n`,
            1_000,
          );
          expect(statusesOf(answer)[0], target).toBeGreaterThanOrEqual(400);
          expect(answer, target).not.toMatch(inside);
        }
    },
    60_000,
  );

  test('no folder is listed, and nothing that only developers need is there', async () => {
    for (const path of [
      '/assets/',
      '/assets',
      '/web/',
      '/dist/',
      '/.well-known/',
      '/src/',
      '/node_modules/',
      '/docs/',
      '/.vite/manifest.json',
      '/index.html.map',
      '/debug',
      '/graphql',
      '/swagger',
      '/server-status',
      '/actuator',
    ]) {
      const answer = await sx.call(path, { token: null });
      expect([400, 404], path).toContain(answer.status);
      expect(JSON.stringify(answer.body), path).not.toMatch(/Index of|<li>|href=/);
    }
  });
});

describe('names of downloads', () => {
  const odd = [
    'a\r\nX-Injected: yes.txt',
    'a"; filename="b.html',
    'a\0.txt',
    '../../etc/passwd',
    '..\\x',
    'a/b.txt',
    '\u202etxt.exe',
    '\u65e5\u672c\u8a9e.txt',
    "a'b(c)*.txt",
    '<script>.html',
    'x'.repeat(200),
    '%0d%0aX-Injected: yes',
    ';',
    '\u{1f600}.txt',
  ];

  test.each(odd)('%j', async (name) => {
    const form = new FormData();
    form.append('file', new Blob(['content']), 'plain.txt');
    const uploaded = await fetch(`${sx.base}/api/v1/files?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sx.ownerToken}` },
      body: form,
    });
    const file = (await uploaded.json()) as { id: string; name: string };
    if (uploaded.status !== 201) return expect(uploaded.status).toBe(422);
    expect(file.name).not.toMatch(/[\r\n\0]/);
    const answer = await sx.call(`/api/v1/files/${file.id}/content`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-injected')).toBeNull();
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename\*=UTF-8''[\w.~%!*'()-]+$/,
    );
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a page that somebody uploads never acts as one of ours', async () => {
    const form = new FormData();
    form.append('file', new Blob(['<script>alert(1)</script>'], { type: 'text/html' }), 'page.html');
    const uploaded = await fetch(`${sx.base}/api/v1/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sx.ownerToken}` },
      body: form,
    });
    if (uploaded.status !== 201) return expect([415, 422]).toContain(uploaded.status);
    const { id } = (await uploaded.json()) as { id: string };
    const answer = await sx.call(`/api/v1/files/${id}/content`, { headers: { accept: 'text/html' } });
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  });

  test.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['an empty boundary', 'multipart/form-data; boundary=', 'x'],
    ['a very long boundary', `multipart/form-data; boundary=${'x'.repeat(8_000)}`, 'x'],
    ['no body', 'multipart/form-data; boundary=x', ''],
    ['another boundary in the body', 'multipart/form-data; boundary=x', '--y\r\n\r\n--y--'],
    [
      'no end',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    ],
    ['no headers', 'multipart/form-data; boundary=x', '--x\r\n\r\nabc\r\n--x--'],
    [
      'a field called __proto__',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\nabc\r\n--x--',
    ],
  ])('a form with %s is refused, and nothing is stored', async (_name, type, body) => {
    const headers = { authorization: `Bearer ${sx.ownerToken}`, 'content-type': type };
    const before = (await sx.call('/api/v1/files')).body.items.length;
    const response = await fetch(`${sx.base}/api/v1/files`, { method: 'POST', headers, body });
    expect([400, 413, 415, 422]).toContain(response.status);
    expect((await sx.call('/api/v1/files')).body.items.length).toBe(before);
  });

  test('ids of files lead nowhere else', async () => {
    for (const id of [
      '..',
      '.',
      '../server.json',
      '..%2fserver.json',
      '%2e%2e',
      '/etc/passwd',
      'fil_x/../../server.json',
      '*',
      '%00',
    ])
      for (const path of [`/api/v1/files/${id}/content`, `/api/v1/files/${encodeURIComponent(id)}/content`]) {
        const answer = await sx.call(path);
        expect([400, 404, 422], path).toContain(answer.status);
      }
  });
});
