import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type App, openApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { type RunningServer, startServer } from '../../src/server/start.ts';

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-config-'));
const file = join(folder, 'config.yaml');
const dataDir = join(folder, 'data');
const FILE = `# ours
dataDir: ${dataDir}
logLevel: warn # quiet
rpcUrls:
  ethereum: https://rpc.example.org/v3/0123456789abcdef0123
net:
  retries: 3
`;
writeFileSync(file, FILE);
const configuration = loadConfig({ file, env: { SENTINELX_LIMITS_MEMORY_MB: '300' } });
const app: App = await openApp(configuration.config, { role: 'server', version: '0.0.0', configuration });
const server: RunningServer = await startServer({
  services: app.services,
  host: '127.0.0.1',
  port: 0,
  publicUrl: undefined,
  allowPlainHttp: false,
  logLevel: 'silent',
});
const { url, token } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as Record<
  string,
  string
>;

beforeEach(() => writeFileSync(file, FILE));
afterAll(async () => {
  await server.close();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get(path: string, as = token) {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${as}` } });
  return { status: response.status, text: await response.text(), etag: response.headers.get('etag') ?? '' };
}

async function put(text: string, headers: Record<string, string> = {}, as = token) {
  const form = new FormData();
  form.append('file', new Blob([text], { type: 'application/yaml' }), 'config.yaml');
  const response = await fetch(`${url}/api/v1/config/file`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${as}`, ...headers },
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  return { status: response.status, body: (await response.json()) as any };
}

const copies = () => readdirSync(folder).filter((name) => name.startsWith('config.yaml.before-'));

test('every key is told with its value, masked, and where it comes from', async () => {
  const { status, text } = await get('/config');
  expect(status).toBe(200);
  const { items } = JSON.parse(text) as { items: { key: string; value: unknown; origin: string }[] };
  const row = (key: string) => items.find((item) => item.key === key);
  expect(row('logLevel')).toEqual({ key: 'logLevel', value: 'warn', origin: `${file}:3` });
  expect(row('limits.memoryMb')).toMatchObject({ value: 300, origin: 'env SENTINELX_LIMITS_MEMORY_MB' });
  expect(row('port')).toMatchObject({ origin: 'default' });
  expect(row('databaseUrl')).toMatchObject({ value: null });
  expect(row('rpcUrls.ethereum')?.value).toBe('https://rpc.example.org/v3/•••');
  expect(text).not.toContain('0123456789abcdef0123');
});

test('the file goes out masked and may come back so: comments, order and the hidden values stay', async () => {
  const { text } = await get('/config/file');
  expect(text).not.toContain('0123456789abcdef0123');
  expect(text).toContain('# quiet');
  const { status, body } = await put(text.replace('retries: 3', 'retries: 7'));
  expect([status, body]).toEqual([
    200,
    { backup: copies()[0], changed: ['net.retries'], restart: ['net.retries'], overridden: [] },
  ]);
  expect(readFileSync(file, 'utf8')).toBe(FILE.replace('retries: 3', 'retries: 7'));
  expect(readFileSync(join(folder, body.backup), 'utf8')).toBe(FILE);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('what is changed, and what does not count at once, is said; before and after are audited, masked', async () => {
  const changed = `${FILE}limits:\n  memoryMb: 500\noutput:\n  format: json\n`.replace('ab', 'ba');
  const { body } = await put(changed);
  expect(body).toMatchObject({
    changed: ['output.format', 'limits.memoryMb', 'rpcUrls'],
    restart: ['limits.memoryMb', 'rpcUrls'],
    overridden: ['limits.memoryMb'],
  });
  const { items } = JSON.parse((await get('/audit?limit=5')).text) as { items: { operation: string }[] };
  const entry = items.find((item) => item.operation === 'config.replaceFile') as never as Record<
    string,
    unknown
  >;
  expect(entry).toMatchObject({
    before: { 'limits.memoryMb': null },
    after: { 'limits.memoryMb': 500, 'output.format': 'json' },
  });
  expect(JSON.stringify(entry)).not.toContain('0123456789');
});

test('a broken file changes nothing and is told by line', async () => {
  const before = copies();
  const cases: [string, RegExp, string | undefined][] = [
    [`${FILE}port: abc\n`, /^config\.yaml:8:1: port: /, 'line 8: '],
    [`${FILE}llm:\n  apiKey: sk-plain-secret\n`, /config\.yaml:9:3: llm\.apiKey: /, 'line 9: '],
    [`${FILE}keys:\n  instance: ${'a'.repeat(64)}\n`, /SENTINELX_INSTANCE_KEY/, 'line 9: '],
    ['a: [1\n', /config\.yaml:\d+:\d+/, undefined],
    ['just text', /expects keys and values/, undefined],
  ];
  for (const [text, detail, field] of cases) {
    const { status, body } = await put(text);
    expect([text, status, body.code]).toEqual([text, 422, 'invalid-parameter']);
    expect(body.detail).toMatch(detail);
    if (field) expect(body.fields[0].message).toMatch(field);
    expect(JSON.stringify(body)).not.toContain('sk-plain-secret');
    expect(JSON.stringify(body)).not.toContain('.part');
  }
  expect(readFileSync(file, 'utf8')).toBe(FILE);
  expect(copies()).toEqual(before);
  expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
});

test('what would start a program or move the data is changed on the machine only', async () => {
  const program = await put(`${FILE}keys:\n  command: [/bin/sh, -c, id]\n`);
  expect([program.status, program.body.code]).toEqual([403, 'forbidden']);
  expect((await put(FILE.replace(dataDir, '/elsewhere'))).status).toBe(403);
  expect(readFileSync(file, 'utf8')).toBe(FILE);
});

test('an edit of a state that is no longer there is refused; the tag of the download names it', async () => {
  const { etag } = await get('/config/file');
  expect((await put(FILE.replace('retries: 3', 'retries: 4'), { 'if-match': etag })).status).toBe(200);
  expect((await put(FILE.replace('retries: 3', 'retries: 5'), { 'if-match': etag })).status).toBe(409);
});

test('it needs its permissions, and a size', async () => {
  const make = async (role: string) => {
    const response = await fetch(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: role, role }),
    });
    return ((await response.json()) as { value: string }).value;
  };
  const [manager, auditor] = [await make('manager'), await make('auditor')];
  expect((await get('/config', manager)).status).toBe(403);
  expect((await get('/config/file', manager)).status).toBe(403);
  expect((await get('/config', auditor)).status).toBe(200);
  expect((await put(FILE, {}, auditor)).status).toBe(403);
  expect((await put(`#${'x'.repeat(1024 * 1024)}`)).status).toBe(413);
});
