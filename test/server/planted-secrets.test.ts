import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSync } from 'otplib';
import { afterAll, expect, test } from 'vitest';
import { zipOf } from '../../src/archive/test-archives.ts';
import { copyProductWithTask } from '../servers/product-with-task.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sentinelx-planted-'));
const dataDir = join(folder, 'data');
let child: ChildProcess | undefined;
afterAll(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Each is long enough that it stands nowhere by chance. */
const PLANTED: Record<string, string> = {
  password: 'Planted-pass/word+horse 7719',
  'wrong password': 'Planted-wrong/word+battery 7720',
  'new password': 'Planted-next/word+staple 7721',
  'secret of the project': 'planted-"project"-secret/7722',
  'secret of the instance': 'planted-client-secret-7723',
  'secret that is replaced': 'planted-replaced-secret-7724',
  'refused secret': 'planted-refused-secret-7725',
  'key in an address of the configuration': 'plantedrpckey77260123456789',
  'password of the proxy': 'plantedproxy7727',
};

let printed = '';
/** What the product answered, but for what it shows once by its nature. */
const answers: string[] = [];

test('a full session leaves no planted secret anywhere: data folder, output, answers, frames, exports', async () => {
  const product = join(folder, 'product');
  mkdirSync(product);
  copyProductWithTask(product, 'leaker', here('../children/leaker-task.ts'));
  const configFile = join(folder, 'config.yaml');
  writeFileSync(
    configFile,
    [
      `dataDir: ${dataDir}`,
      'rpcUrls:',
      `  ethereum: https://rpc.example.org/v3/${PLANTED['key in an address of the configuration']}`,
      'net:',
      `  proxy: http://user:${PLANTED['password of the proxy']}@127.0.0.1:9`,
      'auth:',
      '  oidc:',
      '    - { id: company, name: Company, issuer: "http://127.0.0.1:9", clientId: x, clientSecret: "secret:oidc", allowInsecure: true }',
    ].join('\n'),
  );
  const link = await start(product, configFile);
  const base = new URL(link).origin;
  const owner = (JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { token: string }).token;

  /** A browser of one person, whose cookie is a planted secret too. */
  let cookie = '';
  async function ask(
    path: string,
    options: { method?: string; body?: unknown; once?: true; token?: string; raw?: RequestInit } = {},
    // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  ): Promise<{ status: number; body: any }> {
    const response = await fetch(`${base}${path}`, {
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers: {
        origin: base,
        ...(options.token ? { authorization: `Bearer ${options.token}` } : { cookie }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...options.raw,
    });
    const set = response.headers.get('set-cookie')?.split(';')[0];
    if (set && !options.token) cookie = set;
    const text = await response.text();
    if (!options.once) answers.push(`${path} ${text}`);
    return {
      status: response.status,
      body: /\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
    };
  }
  const plant = (name: string, value: string) => {
    expect(value.length).toBeGreaterThan(8);
    PLANTED[name] = value;
    return value;
  };

  // Somebody signs in, wrongly at first, with a second factor, and changes the password.
  const setup = /token=(.+)$/.exec(link)?.[1] ?? '';
  const account = { login: 'ada', name: 'Ada', password: PLANTED.password };
  expect((await ask('/auth/setup', { body: { ...account, token: setup } })).status).toBe(200);
  plant('cookie', cookie.split('=')[1] ?? '');
  const totp = (await ask('/api/v1/account/totp', { method: 'POST', body: {}, once: true })).body;
  plant('secret of the second factor', totp.secret);
  const code = generateSync({ secret: totp.secret, epoch: Math.floor(Date.now() / 1000) });
  const confirmed = await ask('/api/v1/account/totp/confirm', { body: { code }, once: true });
  expect(confirmed.status).toBe(200);
  for (const [index, value] of (confirmed.body.recoveryCodes as string[]).entries())
    plant(`recovery code ${index}`, value);
  await ask('/auth/login', { body: { login: 'ada', password: PLANTED['wrong password'] } });
  await ask('/auth/login', { body: { login: PLANTED['wrong password']?.slice(0, 3), password: 'x' } });
  expect(
    (
      await ask('/api/v1/account/password', {
        body: { current: PLANTED.password, password: PLANTED['new password'] },
        method: 'POST',
      })
    ).status,
  ).toBeLessThan(500);
  await ask('/auth/oidc/company/start');
  await ask('/auth/oidc/company');

  // Tokens, secrets, wrong input.
  const token = (
    await ask('/api/v1/tokens', { body: { name: 'ci', role: 'admin' }, token: owner, once: true })
  ).body;
  plant('token', token.value);
  const put = (name: string, value: unknown, of = 'project') =>
    ask(`/api/v1/secrets/${name}?of=${of}`, { method: 'PUT', body: { value }, token: token.value });
  expect((await put('api', PLANTED['secret that is replaced'])).status).toBe(200);
  expect((await put('api', PLANTED['secret of the project'])).status).toBe(200);
  expect((await put('oidc', PLANTED['secret of the instance'], 'instance')).status).toBe(200);
  expect((await put('.bad', PLANTED['refused secret'])).status).toBe(422);
  expect((await put('bad', { value: PLANTED['refused secret'] })).status).toBe(422);
  expect((await put('bad', (PLANTED['refused secret'] ?? '').repeat(9000))).status).toBe(422);
  await ask(`/api/v1/runs`, { token: `${token.value}x`.slice(1) });
  await ask('/auth/oidc/company/start');

  // Everything live is watched while a task tells its secret in every way.
  const frames: string[] = [];
  const socket = new WebSocket(`${base.replace('http', 'ws')}/ws/execution`, {
    headers: { authorization: `Bearer ${token.value}` },
  } as never);
  socket.onmessage = (message) => frames.push(String(message.data));
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  socket.send(JSON.stringify({ subscribe: 'events' }));
  const runs: string[] = [];
  for (const end of ['well', 'throw', 'crash']) {
    const body = { params: { credential: 'api', end } };
    const started = (await ask('/api/v1/tasks/leaker/run', { body, token: token.value })).body.run;
    runs.push(started.id);
    socket.send(JSON.stringify({ subscribe: `run:${started.id}` }));
    socket.send(JSON.stringify({ subscribe: `log:${started.id}` }));
    await ended(started.id);
  }
  const form = new FormData();
  const planted = `DB_PASSWORD = "${plant('secret in an upload', 'Zq97c2QpwT4xLm8Kd2Vb')}"\n`;
  const zip = zipOf([{ name: 'settings.py', bytes: Buffer.from(planted) }]);
  form.append('file', new Blob([new Uint8Array(zip)], { type: 'application/zip' }), 'shop.zip');
  const upload = (await ask('/api/v1/files', { method: 'POST', token: token.value, raw: { body: form } }))
    .body;
  const scan = { params: { path: upload.target } };
  const scanned = (await ask('/api/v1/tasks/secrets-scan/run', { body: scan, token: token.value })).body.run;
  runs.push(scanned.id);
  await ended(scanned.id);
  expect((await ask(`/api/v1/files/${upload.id}`, { method: 'DELETE', token: token.value })).status).toBe(
    204,
  );

  // Everything that can be read is read.
  const read = (path: string) => ask(path, { token: token.value });
  for (const id of runs) {
    for (const part of ['', '/log', '/findings', '/problems', '/artifacts', '/sarif'])
      await read(`/api/v1/runs/${id}${part}`);
    for (const { id: artifact } of (await read(`/api/v1/runs/${id}/artifacts`)).body.items)
      await read(`/api/v1/runs/${id}/artifacts/${artifact}`);
  }
  const { items } = (await read('/api/v1/findings?limit=100')).body;
  expect(items.length).toBeGreaterThanOrEqual(3);
  for (const { id } of items) await read(`/api/v1/findings/${id}`);
  for (const path of [
    'secrets',
    'secrets?of=instance',
    'tokens',
    'users',
    'account',
    'account/sessions',
    'files',
    'audit?limit=1000',
    'audit/export',
    'config',
    'config/file',
    'openapi.json',
  ])
    await read(`/api/v1/${path}`);
  await read('/metrics');
  const rotated = await ask('/api/v1/secrets/rotate', { method: 'POST', body: {}, token: token.value });
  expect(rotated.body).toMatchObject({ unreadable: 0 });
  expect(frames.length).toBeGreaterThan(5);
  expect(frames.join('')).toContain('[secret api]');
  socket.close();
  await stop();

  const places: Record<string, string> = {
    answers: answers.join('\n'),
    frames: frames.join('\n'),
    output: printed,
    ...Object.fromEntries(
      readdirSync(dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => {
          const path = join(entry.parentPath, entry.name);
          return [path.slice(folder.length), readFileSync(path, 'latin1')];
        }),
    ),
  };
  expect(Object.keys(places).length).toBeGreaterThan(5);
  const found: string[] = [];
  for (const [where, text] of Object.entries(places))
    for (const [name, value] of Object.entries(PLANTED))
      if (spellings(value).some((spelling) => text.includes(spelling))) found.push(`${name} in ${where}`);
  expect(found).toEqual([]);

  async function ended(id: string): Promise<void> {
    for (;;) {
      const { body } = await ask(`/api/v1/runs/${id}`, { token: token.value });
      if (['done', 'partial', 'failed'].includes(body.status)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}, 120_000);

async function start(product: string, configFile: string): Promise<string> {
  const server = spawn(process.execPath, [here('../children/serve.ts'), product, configFile]);
  child = server;
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
    });
  await expect.poll(() => /ready (\S+)/.exec(printed)?.[1], { timeout: 30_000 }).toBeDefined();
  return /ready (\S+)/.exec(printed)?.[1] ?? '';
}

/** Everything that it still holds in memory gets written. */
async function stop(): Promise<void> {
  const closed = new Promise((resolve) => child?.once('close', resolve));
  child?.kill('SIGTERM');
  await closed;
}

/** As it is, in an address, in JSON, in JSON in JSON, in Base64. */
function spellings(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [
    value,
    encodeURIComponent(value),
    json,
    JSON.stringify(json).slice(1, -1),
    Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -1),
    Buffer.from(value).toString('hex'),
  ];
}
