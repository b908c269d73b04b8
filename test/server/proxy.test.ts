import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { freePort, type Nginx, nginxProgram, startNginx } from '../servers/nginx.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const PUBLIC = 'https://sentinelx.example.org';
const PASSWORD = 'a long and odd phrase 42';

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  body: any;
}

/** Through the proxy, as a browser that thinks it is at the public address. */
function ask(
  port: number,
  path: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  return new Promise<Reply>((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
        headers: { host: 'sentinelx.example.org', 'content-type': 'application/json', ...options.headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          let body: unknown = text;
          try {
            body = JSON.parse(text);
          } catch {}
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      },
    );
    sent.on('error', reject);
    sent.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  });
}

describe.skipIf(!nginxProgram)(
  nginxProgram ? 'behind nginx' : 'behind nginx (skipped: nginx is not installed)',
  () => {
    let sx: TestServer;
    let nginx: Nginx;
    beforeAll(async () => {
      const port = await freePort();
      sx = await startTestServer({
        port,
        publicUrl: PUBLIC,
        trustProxy: ['127.0.0.1'],
        rateLimits: { addressPerMinute: 60, callerPerMinute: 1000 },
      });
      // The test plays the TLS end: what nginx would get over https it gets here in clear.
      nginx = await startNginx(
        (listen) => `server { listen 127.0.0.1:${listen};
        location / {
          proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1; proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $http_x_test_client; proxy_set_header X-Forwarded-Proto https;
          proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_buffering off;
        } }`,
      );
    });
    afterAll(async () => {
      await nginx?.stop();
      await sx?.[Symbol.asyncDispose]();
    });

    const from = (client: string) => ({ 'x-test-client': client, origin: PUBLIC });

    test('the address of the client, the scheme, the cookie and the audit entry are right', async () => {
      const token = /token=(.+)$/.exec(sx.server.link)?.[1];
      const made = await ask(nginx.port, '/auth/setup', {
        body: { token, login: 'ada', name: 'Ada', password: PASSWORD },
        headers: from('198.51.100.7'),
      });
      expect(made.status, JSON.stringify(made.body)).toBe(200);
      const cookie = String(made.headers['set-cookie']);
      expect(cookie).toContain('Secure');
      expect(made.headers['strict-transport-security']).toContain('max-age');
      const session = { cookie: cookie.split(';')[0] ?? '', ...from('198.51.100.7') };
      const sessions = await ask(nginx.port, '/api/v1/account/sessions', { headers: session });
      expect(sessions.body.items[0].address).toBe('198.51.100.7');
      const entry = (await sx.call('/api/v1/audit?operation=auth.setup')).body.items[0];
      expect(entry.address).toBe('198.51.100.7');

      const socket = await new Promise<string>((resolve) => {
        const live = new WebSocket(`ws://127.0.0.1:${nginx.port}/ws/execution`, {
          headers: { ...session, host: 'sentinelx.example.org' },
        });
        live.once('open', () => {
          live.close();
          resolve('open');
        });
        live.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
        live.once('error', (error) => resolve(error.message));
      });
      expect(socket).toBe('open');
      const foreign = await new Promise<string>((resolve) => {
        const live = new WebSocket(`ws://127.0.0.1:${nginx.port}/ws/execution`, {
          headers: { ...session, host: 'sentinelx.example.org', origin: 'https://evil.example' },
        });
        live.once('open', () => resolve('open'));
        live.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
        live.once('error', (error) => resolve(error.message));
      });
      expect(foreign).toBe('403');
    });

    test('limits count the client and not the proxy', async () => {
      const answers = [];
      for (let index = 0; index < 65; index += 1)
        answers.push((await ask(nginx.port, '/api/v1/health', { headers: from('203.0.113.5') })).status);
      expect(answers.slice(0, 60).every((status) => status === 200)).toBe(true);
      expect(answers.at(-1)).toBe(429);
      expect((await ask(nginx.port, '/api/v1/health', { headers: from('203.0.113.6') })).status).toBe(200);
    });

    test('a foreign host is refused through the proxy too', async () => {
      const answer = await ask(nginx.port, '/api/v1/health', {
        headers: { ...from('203.0.113.9'), host: 'evil.example' },
      });
      expect(answer.status).toBe(421);
    });
  },
);

test('without a trusted proxy X-Forwarded-For and its siblings are ignored', async () => {
  await using sx = await startTestServer({ trustProxy: ['192.0.2.1'] });
  const spoofed = {
    'x-forwarded-for': '198.51.100.66',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
  };
  const answer = await sx.call('/api/v1/scope', {
    body: { kind: 'host', value: 'example.org' },
    headers: spoofed,
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('strict-transport-security')).toBeNull();
  expect((await sx.call('/api/v1/audit')).body.items[0].address).toBe('127.0.0.1');
});
