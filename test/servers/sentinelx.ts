import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type AppConfig, openApp } from '../../src/app.ts';
import { type RunningServer, startServer } from '../../src/server/start.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  body: any;
  headers: Headers;
}

export interface CallOptions {
  method?: string;
  body?: unknown;
  /** Bearer token; none with null; the owner's when absent. */
  token?: string | null;
  project?: string;
  headers?: Record<string, string>;
}

export interface TestServer extends AsyncDisposable {
  app: App;
  server: RunningServer;
  folder: string;
  dataDir: string;
  base: string;
  ownerToken: string;
  call(path: string, options?: CallOptions): Promise<Answer>;
}

/** A real server in this process on a folder and a port of its own. */
export async function startTestServer(
  options: Partial<Parameters<typeof startServer>[0]> & {
    databaseUrl?: string;
    redisUrl?: string;
    key?: string;
    config?: Partial<AppConfig>;
  } = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-server-'));
  const dataDir = join(folder, 'data');
  const { databaseUrl, redisUrl, key, config, ...server } = options;
  const app = await openApp(
    {
      dataDir,
      databaseUrl,
      redisUrl,
      publicUrl: options.publicUrl,
      ...(key === undefined ? {} : { keys: { instance: key } }),
      limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
      net: { userAgent: 'test', ratePerSecond: 50 },
      ...config,
    },
    { role: 'server', version: '0.0.0' },
  );
  const running = await startServer({
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    allowPlainHttp: false,
    logLevel: 'silent',
    ...server,
    services: app.services,
  });
  const { url: base, token: ownerToken } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };

  async function call(path: string, request: CallOptions = {}): Promise<Answer> {
    const token = request.token === undefined ? ownerToken : request.token;
    const response = await fetch(`${base}${path}`, {
      method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.project === undefined ? {} : { 'x-sentinelx-project': request.project }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text), headers: response.headers };
  }

  return {
    app,
    server: running,
    folder,
    dataDir,
    base,
    ownerToken,
    call,
    async [Symbol.asyncDispose]() {
      await running.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
