import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type App, openApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { idFloor, newId } from '../../src/lib/ids.ts';
import { startServer } from '../../src/server/start.ts';
import { buildWebApp } from '../../src/server/web-build.ts';

export interface SeededServer extends AsyncDisposable {
  app: App;
  base: string;
  /** Of the first account, which administers. */
  login: string;
  password: string;
  configFile: string;
  call(path: string, options?: { method?: string; body?: unknown }): Promise<Answer>;
  /** Gives an account a password that it must change at the next sign-in. */
  temporaryPassword(user: string): Promise<string>;
  /** The ids of what was put in. */
  ids: { run: string; finding: string; person: string; file: string };
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what the server answers is what the tests look at
  body: any;
}

const DAY_MS = 86_400_000;
const PASSWORD = 'violet tractor sings nine';

const OWN_TASK = fileURLToPath(new URL('../plugins/fixtures/todo-check', import.meta.url));

const CONFIG = `# What the test runs with
limits:
  timeSeconds: 120
  concurrentRuns: 1
uploads:
  keepDays: 45
  maxMb: 1
`;

/**
 * The real server with its own configuration file, an account, and a month of history: for pages that show something. `fresh` leaves
 * out the history, and without `account` nobody has set it up yet.
 */
export async function startSeededServer({ fresh = false, account = true } = {}): Promise<SeededServer> {
  await buildWebApp((line) => {
    if (line.startsWith('warning')) throw new Error(line);
  });
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-seeded-'));
  const configFile = join(folder, 'config.yaml');
  writeFileSync(configFile, CONFIG);
  // An own task that nobody has allowed yet.
  const plugins = join(folder, 'data', 'plugins');
  mkdirSync(plugins, { recursive: true, mode: 0o700 });
  cpSync(OWN_TASK, join(plugins, 'todo-check'), { recursive: true });
  const configuration = loadConfig({
    file: configFile,
    env: { SENTINELX_DATA_DIR: join(folder, 'data') },
  });
  const app = await openApp(configuration.config, { role: 'server', version: '0.0.0', configuration });
  const server = await startServer({
    services: app.services,
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    allowPlainHttp: false,
    logLevel: 'silent',
  });
  const { url, token } = JSON.parse(readFileSync(join(folder, 'data', 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  const base = url.replace('127.0.0.1', 'localhost');

  async function call(
    path: string,
    { method = 'GET', body }: { method?: string; body?: unknown } = {},
  ): Promise<Answer> {
    const form = body instanceof FormData;
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  const setupToken = new URL(server.link).searchParams.get('token') ?? server.link.split(/[=/]/).at(-1) ?? '';
  if (account) await setUp(base, setupToken);
  const ids = fresh || !account ? { run: '', finding: '', person: '', file: '' } : await seed(app, call);
  return {
    ...{ app, base, configFile, call, ids },
    login: 'ada',
    password: PASSWORD,
    async temporaryPassword(user) {
      const password = 'brass kettle hums along';
      const { status, body } = await call(`/api/v1/users/${user}`, { method: 'PATCH', body: { password } });
      if (status !== 200) throw new Error(JSON.stringify(body));
      // Who owns the folder sets passwords that count; an administrator's is changed at the first sign-in.
      await app.services.store.write({ lane: 'interactive' }, ({ tx }) =>
        tx.updateTable('user_account').set({ must_change: 1 }).where('id', '=', user).execute(),
      );
      return password;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function setUp(base: string, token: string): Promise<void> {
  const made = await fetch(`${base}/auth/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify({ token, login: 'ada', name: 'Ada Lovelace', password: PASSWORD }),
  });
  if (!made.ok) throw new Error(`setup: ${made.status} ${await made.text()}`);
}

type Call = SeededServer['call'];

async function seed(app: App, call: Call): Promise<SeededServer['ids']> {
  const run = await runAndWait(call, 'secrets-scan', { path: 'sample:shop' });
  await runAndWait(call, 'secrets-scan', { path: 'sample:shop' });
  await runAndWait(call, 'cvss', { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' });
  await call('/api/v1/scope', { method: 'POST', body: { kind: 'host', value: 'shop.example.org' } });
  await call('/api/v1/secrets/registry-token', { method: 'PUT', body: { value: 'not a real one' } });
  const form = new FormData();
  form.append('file', new Blob(['export const answer = 42;\n'], { type: 'text/plain' }), 'answer.ts.txt');
  const file = await call('/api/v1/files', { method: 'POST', body: form });
  const person = await call('/api/v1/users', {
    method: 'POST',
    body: { login: 'grace', name: 'Grace Hopper', role: 'analyst' },
  });
  await call('/api/v1/projects', { method: 'POST', body: { slug: 'web-shop', name: 'Web Shop' } });
  await spreadOverAMonth(app, run);
  const found = await call('/api/v1/findings?limit=1');
  return { run, finding: found.body.items[0]?.id ?? '', person: person.body.id, file: file.body.id };
}

async function runAndWait(call: Call, task: string, params: unknown): Promise<string> {
  const started = await call(`/api/v1/tasks/${task}/run`, { method: 'POST', body: { params } });
  if (started.status !== 202) throw new Error(`${task}: ${JSON.stringify(started.body)}`);
  for (let tries = 0; tries < 300; tries++) {
    const { body } = await call(`/api/v1/runs/${started.body.run.id}`);
    if (body.ended !== null) return body.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${task} did not end`);
}

/** As if what was found had come and gone over four weeks, with a run every night. */
async function spreadOverAMonth(app: App, like: string): Promise<void> {
  const { store } = app.services;
  const now = Date.now();
  await store.write({ lane: 'bulk' }, async ({ tx }) => {
    const findings = await tx.selectFrom('finding').select('id').orderBy('id').execute();
    for (const [at, { id }] of findings.entries()) {
      const seen = now - ((at * 7) % 27) * DAY_MS;
      const fixed = at % 3 === 0;
      await tx
        .updateTable('finding')
        .set({
          first_seen: seen,
          ...(fixed ? { status: 'fixed', closed: Math.min(now, seen + (2 + (at % 5)) * DAY_MS) } : {}),
        })
        .where('id', '=', id)
        .execute();
    }
    const model = await tx.selectFrom('run').selectAll().where('id', '=', like).executeTakeFirstOrThrow();
    for (let night = 1; night <= 40; night++) {
      const created = now - night * DAY_MS * 0.7;
      const status = night % 11 === 0 ? 'failed' : night % 7 === 0 ? 'partial' : 'done';
      await tx
        .insertInto('run')
        .values({
          ...model,
          id: `${idFloor('run', created)}${newId('run').slice(18)}`,
          status,
          created,
          started: created + 900,
          ended: created + 900 + ((night * 7919) % 9000),
          ...(status === 'failed'
            ? { error_code: 'task-failed', error_message: 'The task ended before its time.' }
            : {}),
        })
        .execute();
    }
  });
}
