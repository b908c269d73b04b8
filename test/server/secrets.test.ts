import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyProductWithTask } from '../servers/product-with-task.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sentinelx-secret-'));
const dataDir = join(folder, 'data');
let child: ChildProcess;
let base = '';
let owner = '';

beforeAll(async () => {
  const product = join(folder, 'product');
  mkdirSync(product);
  copyProductWithTask(product, 'leaker', here('../children/leaker-task.ts'));
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `dataDir: ${dataDir}\n`);
  child = spawn(process.execPath, [here('../children/serve.ts'), product, config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('close', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const file = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  [base, owner] = [file.url, file.token];
}, 60_000);
afterAll(async () => {
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await closed;
  rmSync(folder, { recursive: true, force: true });
});

async function call(
  path: string,
  options: { method?: string; body?: unknown; token?: string; project?: string } = {},
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${options.token ?? owner}`,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.project === undefined ? {} : { 'x-sentinelx-project': options.project }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const put = (name: string, value: unknown, more: { token?: string; of?: string; project?: string } = {}) =>
  call(`/secrets/${name}${more.of ? `?of=${more.of}` : ''}`, { method: 'PUT', body: { value }, ...more });

async function run(params: Record<string, unknown>) {
  const { body, status } = await call('/tasks/leaker/run', { body: { params } });
  expect(status).toBe(202);
  for (;;) {
    const answer = await call(`/runs/${body.run.id}`);
    if (['done', 'partial', 'failed'].includes(answer.body.status)) return answer.body;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

test('a secret is stored, listed by name, replaced and removed; its value never comes back', async () => {
  const made = await put('jira', 'tok-4711-secret');
  expect([made.status, made.body]).toEqual([200, { name: 'jira', change: 'created' }]);
  expect((await put('jira', 'tok-4712-secret')).body.change).toBe('replaced');
  const list = await call('/secrets');
  expect(list.body.items).toMatchObject([{ name: 'jira', actor: 'local:owner' }]);
  expect(JSON.stringify(list.body)).not.toContain('tok-47');
  expect((await call('/secrets/jira')).status).toBe(404);
  expect((await call('/secrets/jira', { method: 'DELETE' })).status).toBe(204);
  expect((await call('/secrets/jira', { method: 'DELETE' })).status).toBe(404);
});

test('a wrong name or value is refused without telling the value', async () => {
  for (const [name, value] of [
    ['a%2Fb', 'tok-wrong-value'],
    ['.hidden', 'tok-wrong-value'],
    ['x', ''],
    ['x', { secret: 'tok-wrong-value' }],
    ['x', 'tok-wrong-value'.repeat(10_000)],
  ] as const) {
    const answer = await put(name, value);
    expect([name, answer.status]).toEqual([name, 422]);
    expect(JSON.stringify(answer.body)).not.toContain('tok-wrong');
  }
});

test('secrets of projects are apart, those of the instance need the permission to configure it', async () => {
  const { body: project } = await call('/projects', { body: { name: 'Other', slug: 'other' } });
  await put('shared', 'value of default');
  expect((await call('/secrets', { project: project.id })).body.items).toEqual([]);
  const manager = (await call('/tokens', { body: { name: 'm', role: 'manager' } })).body.value as string;
  const analyst = (await call('/tokens', { body: { name: 'a', role: 'analyst' } })).body.value as string;
  expect((await put('own', 'x', { token: manager })).status).toBe(200);
  expect((await put('oidc', 'x', { token: manager, of: 'instance' })).status).toBe(403);
  expect((await call('/secrets?of=instance', { token: manager })).status).toBe(403);
  expect((await put('own', 'x', { token: analyst })).status).toBe(403);
  expect((await call('/secrets', { token: analyst })).status).toBe(200);
  expect((await call('/secrets/rotate', { body: {}, token: manager })).status).toBe(403);
  expect((await put('oidc', 'x', { of: 'instance' })).status).toBe(200);
  expect((await call('/secrets?of=instance')).body.items.map((one: { name: string }) => one.name)).toContain(
    'oidc',
  );
  expect((await call('/secrets')).body.items.map((one: { name: string }) => one.name)).not.toContain('oidc');
});

test('a task reads the secrets that its parameters name and no others; each look is audited', async () => {
  await put('api', 'value-of-api-key');
  await put('hidden', 'value-of-hidden');
  for (const credential of ['api', 'secret:api']) expect((await run({ credential })).status).toBe('partial');
  const refused = await run({ credential: 'api', ask: 'hidden' });
  expect([refused.status, refused.error.code]).toEqual(['failed', 'forbidden']);
  const missing = await run({ credential: 'nothing' });
  expect([missing.status, missing.error.code]).toEqual(['failed', 'not-found']);
  // One of the instance is out of reach for the tasks of a project.
  await put('instance-only', 'x-instance-value', { of: 'instance' });
  expect((await run({ credential: 'instance-only' })).error.code).toBe('not-found');
  const { body } = await call('/audit?limit=200');
  const reads = body.items.filter((entry: { operation: string }) => entry.operation === 'secret.read');
  expect(reads).toHaveLength(4);
  expect(reads.filter((entry: { outcome: string }) => entry.outcome === 'done')).toHaveLength(2);
  expect(reads.every((entry: { via: string }) => entry.via.startsWith('run:run_'))).toBe(true);
  expect(JSON.stringify(reads)).toContain('task leaker');
  expect((await call('/audit/verify')).body).toMatchObject({ ok: true });
});

test('what the task tells is masked in findings, log, problems, output, artifacts and errors', async () => {
  const value = 'p"l/ä?n&te d=s€cret 42';
  await put('api', value);
  const spellings = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
  ];
  for (const end of ['well', 'throw', 'crash']) {
    const ended = await run({ credential: 'api', end });
    expect(ended.status).toBe(end === 'well' ? 'partial' : 'failed');
    const answers = [ended];
    for (const part of ['findings', 'log', 'problems', 'artifacts'])
      answers.push((await call(`/runs/${ended.id}/${part}`)).body);
    for (const finding of answers[1].items) {
      const answer = await call(`/findings/${finding.id}`);
      expect(answer.status).toBe(200);
      answers.push(answer.body);
    }
    expect(answers[1].items.length).toBe(2);
    for (const artifact of answers[4].items) {
      const content = await fetch(`${base}/api/v1/runs/${ended.id}/artifacts/${artifact.id}`, {
        headers: { authorization: `Bearer ${owner}` },
      });
      const text = await content.text();
      expect(text).toMatch(/^start \[secret api\] \| /);
      expect(text).toMatch(/ end$/);
      answers.push(text);
    }
    const all = answers
      .map((answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer)))
      .join('\n');
    expect(all).toContain('[secret api]');
    // As JSON text in JSON it has one more escape.
    for (const spelling of [...spellings, JSON.stringify(JSON.stringify(value)).slice(3, -3)])
      expect([end, all.includes(spelling)]).toEqual([end, false]);
  }
});

test('a change of the keys goes unnoticed but for the audit log', async () => {
  expect((await call('/secrets/rotate', { method: 'POST', body: {} })).status).toBe(202);
  const rotation = async () => (await call('/secrets/rotate')).body;
  await expect.poll(async () => (await rotation()).status, { timeout: 15_000 }).toBe('done');
  const rotated = await rotation();
  expect(rotated).toMatchObject({ unreadable: 0, dropped: 1, instanceKey: true });
  expect(rotated.resealed).toBeGreaterThan(3);
  expect((await run({ credential: 'api' })).status).toBe('partial');
  expect((await call('/audit/verify')).body).toMatchObject({ ok: true });
  const { items } = (await call('/audit?limit=50')).body;
  expect(items.some((entry: { operation: string }) => entry.operation === 'secrets.rotate')).toBe(true);
});
