import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApp } from '../../src/app.ts';
import { startServer } from '../../src/server/start.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  body: any;
}

/** A data folder with plug-ins, and a project folder to examine. */
export function makeFolders() {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-plugins-'));
  const dataDir = join(folder, 'data');
  const target = join(folder, 'target');
  const plugins = join(dataDir, 'plugins');
  mkdirSync(plugins, { recursive: true, mode: 0o700 });
  mkdirSync(target);
  writeFileSync(join(target, 'a.ts'), 'ok();\n// TODO check the token\n');
  return {
    folder,
    dataDir,
    target,
    plugins,
    copy: (fixture: string, name: string) =>
      cpSync(join(FIXTURES, fixture), join(plugins, name), { recursive: true }),
    write: (name: string, files: Record<string, string>) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(plugins, name, path)), { recursive: true });
        writeFileSync(join(plugins, name, path), text);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `package.json` of a plug-in with one task. */
export const PACKAGE = JSON.stringify({
  name: 'x',
  version: '1.0.0',
  type: 'module',
  sentinelx: { tasks: ['./index.js'] },
});

/** Source of a task that is right but for what is given; `before` is executed when it is loaded. */
export function taskSource(fields: Record<string, string> = {}, before = '', run = ''): string {
  const all: Record<string, string> = {
    id: "'some-task'",
    title: "'A task'",
    summary: "'Does something.'",
    description: "'Does something.'",
    category: "'code'",
    version: '1',
    touches: "'nothing'",
    needs: '[]',
    params: "z.object({ text: z.string().default('x') })",
    rules: '{}',
    examples: '[]',
    ...fields,
  };
  return `import { defineTask } from 'sentinelx/plugin';
import * as z from 'zod';
${before}
export default defineTask({
${Object.entries(all)
  .map(([name, value]) => `  ${name}: ${value},`)
  .join('\n')}
  async *run(ctx) { ${run} },
});
`;
}

export async function startOn(dataDir: string, plugins: readonly string[] = []) {
  const app = await openApp(
    {
      dataDir,
      plugins,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
      net: { userAgent: 'test', ratePerSecond: 50 },
    },
    { role: 'server', version: '0.0.0' },
  );
  const server = await startServer({
    services: app.services,
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    allowPlainHttp: false,
    logLevel: 'silent',
  });
  return {
    app,
    call: callerOf(dataDir),
    async close() {
      await server.close();
      await app.close();
    },
  };
}

export type Call = ReturnType<typeof callerOf>;

/** Calls the server of a data folder as its owner. */
export function callerOf(dataDir: string) {
  return async (path: string, body?: unknown): Promise<Answer> => {
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
      url: string;
      token: string;
    };
    const response = await fetch(`${url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
}

export async function allow(call: Call, id: string): Promise<Answer> {
  const { hash } = (await call(`/plugins/${encodeURIComponent(id)}`)).body;
  return call(`/plugins/${encodeURIComponent(id)}/allow`, { hash });
}

/** Starts a run and waits for its end. */
export async function run(call: Call, task: string, params: Record<string, unknown>): Promise<Answer> {
  const started = await call(`/tasks/${task}/run`, { params });
  if (started.status !== 202) return started;
  const since = Date.now();
  for (;;) {
    const now = await call(`/runs/${started.body.run.id}`);
    if (Date.now() - since > 45_000) throw new Error(`the run does not end: ${JSON.stringify(now.body)}`);
    if (!['queued', 'running', 'cancelling'].includes(now.body.status)) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
