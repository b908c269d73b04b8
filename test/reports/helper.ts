import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, openApp } from '../../src/app.ts';
import { type RunningServer, startServer } from '../../src/server/start.ts';

export interface Instance {
  app: App;
  base: string;
  dataDir: string;
  /** As the owner of the data folder. */
  call(path: string, options?: { method?: string; body?: unknown }): Promise<Response>;
  /** JSON of an answer that is one. */
  json<T>(path: string, options?: { method?: string; body?: unknown }): Promise<T>;
  ready(id: string): Promise<Report>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface Report {
  id: string;
  status: string;
  hash: string;
  findings: number;
  template: string;
  about: { kind: string; q?: string };
  error: { code: string; message: string } | null;
  against: { kind: string; report?: string } | null;
  files: { format: string; sha256: string; size: number }[];
}

/** A server on a store of its own. */
export async function openInstance(databaseUrl?: string): Promise<Instance> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-reports-'));
  let app: App;
  let server: RunningServer;
  const instance = {} as Instance;
  async function start(): Promise<void> {
    app = await openApp(
      {
        dataDir,
        databaseUrl,
        limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
        net: { userAgent: 'test', ratePerSecond: 50 },
      },
      { role: 'server', version: '0.0.0' },
    );
    server = await startServer({
      services: app.services,
      host: '127.0.0.1',
      port: 0,
      publicUrl: undefined,
      allowPlainHttp: false,
      logLevel: 'silent',
    });
    const file = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
      url: string;
      token: string;
    };
    Object.assign(instance, { app, base: file.url });
    token = file.token;
  }
  let token = '';
  await start();
  const call: Instance['call'] = (path, options = {}) =>
    fetch(`${instance.base}${path}`, {
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        ...(options.body === undefined || options.body instanceof FormData
          ? {}
          : { 'content-type': 'application/json' }),
      },
      ...(options.body === undefined
        ? {}
        : { body: options.body instanceof FormData ? options.body : JSON.stringify(options.body) }),
    });
  const json: Instance['json'] = async (path, options) => (await call(path, options)).json();
  async function ready(id: string): Promise<Report> {
    for (let tries = 0; tries < 600; tries += 1) {
      const report = await json<Report>(`/api/v1/reports/${id}`);
      if (report.status === 'ready' || report.status === 'failed') return report;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the report ${id} was not ready in time`);
  }
  async function stop(): Promise<void> {
    await server.close();
    await app.close();
  }
  return Object.assign(instance, {
    dataDir,
    call,
    json,
    ready,
    async restart() {
      await stop();
      await start();
    },
    async close() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  });
}
