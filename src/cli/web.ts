import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { openApp } from '../app.ts';
import { loadConfig } from '../config.ts';
import { SentinelError } from '../lib/errors.ts';
import { OPERATIONS } from '../operations/all.ts';
import type { AnyOperation } from '../operations/operation.ts';
import { startServer } from '../server/start.ts';
import { buildWebApp } from '../server/web-build.ts';
import { type GlobalOptions, VERSION } from './main.ts';
import { print, table } from './print.ts';

interface ServerFile {
  pid: number;
  url: string;
  token: string;
  started: number;
}

export async function startCommand(
  options: { host?: string; port?: number; workers?: number },
  globals: GlobalOptions,
): Promise<void> {
  const { config } = loadConfig({
    file: globals.config,
    flags: { host: options.host, port: options.port, ...(globals.verbose ? { logLevel: 'info' } : {}) },
  });
  await buildWebApp((line) => process.stderr.write(`${line}\n`));
  const limits =
    options.workers === undefined ? config.limits : { ...config.limits, concurrentRuns: options.workers };
  const app = await openApp({ ...config, limits }, { role: 'server', version: VERSION });
  let server: Awaited<ReturnType<typeof startServer>>;
  try {
    server = await startServer({
      services: app.services,
      host: config.host,
      port: config.port,
      publicUrl: config.publicUrl,
      allowPlainHttp: config.allowPlainHttp,
      logLevel: config.logLevel,
    });
  } catch (error) {
    await app.close();
    throw error;
  }
  process.stdout.write(`SentinelX ${VERSION} is ready\n\n  ${pc.bold(server.link)}\n\n`);
  if (server.link.includes('#token='))
    process.stdout.write('The link makes the first account; it works once.\n');
  await untilSignal();
  process.stderr.write('stopping …\n');
  await server.close();
  await app.close();
  process.exit(0);
}

export async function infoWebCommand(globals: GlobalOptions): Promise<void> {
  const server = serverFile(globals);
  const health = await ask(server, '/api/v1/health');
  print(
    {
      url: server.url,
      pid: server.pid,
      started: new Date(server.started).toISOString(),
      health: health.status,
    },
    globals,
    () =>
      table([
        ['address', server.url],
        ['process', String(server.pid)],
        ['since', new Date(server.started).toISOString()],
        ['health', health.status === 200 ? 'ok' : `status ${health.status}`],
      ]),
  );
}

/** Every reading endpoint of the running server, with the ids of what is there. */
export async function testCommand(globals: GlobalOptions): Promise<void> {
  const server = serverFile(globals);
  const ids = {
    id: await firstId(server, '/api/v1/runs'),
    task: await firstId(server, '/api/v1/tasks'),
    finding: await firstId(server, '/api/v1/findings'),
  };
  const rows: string[][] = [];
  let failed = 0;
  for (const path of ['/api/v1/health', '/api/v1/openapi.json', '/metrics', ...readingPaths()]) {
    const isFinding = path.startsWith('/api/v1/findings/');
    const full = path
      .replace('{task}', ids.task ?? '')
      .replace('{id}', (isFinding ? ids.finding : ids.id) ?? '');
    if (full.includes('//') || full.endsWith('/')) {
      rows.push(['GET', path, '-', '-', 'skipped: there is none yet']);
      continue;
    }
    const started = performance.now();
    const { status } = await ask(server, full);
    if (status !== 200) failed += 1;
    rows.push([
      'GET',
      path,
      String(status),
      `${Math.round(performance.now() - started)} ms`,
      status === 200 ? 'ok' : 'failed',
    ]);
  }
  print(rows, globals, () => table(rows));
  if (failed > 0) process.exitCode = 1;
}

function readingPaths(): string[] {
  return (OPERATIONS as readonly AnyOperation[])
    .filter((operation) => operation.method === 'GET')
    .map((operation) => `/api/v1${operation.path}`);
}

async function firstId(server: ServerFile, path: string): Promise<string | undefined> {
  const { body } = await ask(server, path);
  return (body as { items?: { id: string }[] } | undefined)?.items?.[0]?.id;
}

function serverFile(globals: GlobalOptions): ServerFile {
  const { config } = loadConfig({ file: globals.config });
  try {
    return JSON.parse(readFileSync(join(config.dataDir, 'server.json'), 'utf8')) as ServerFile;
  } catch (cause) {
    throw new SentinelError('server-unreachable', `No server runs on ${config.dataDir}.`, { cause });
  }
}

async function ask(server: ServerFile, path: string): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(`${server.url}${path}`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    const text = await response.text();
    return {
      status: response.status,
      body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined,
    };
  } catch (cause) {
    throw new SentinelError('server-unreachable', `${server.url} does not answer.`, { cause });
  }
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
