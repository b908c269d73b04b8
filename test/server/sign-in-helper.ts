import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type AppConfig, openApp } from '../../src/app.ts';
import { newId } from '../../src/lib/ids.ts';
import { type RunningServer, startServer } from '../../src/server/start.ts';

export interface SignInServer extends AsyncDisposable {
  app: App;
  /** `http://localhost:PORT`: passkeys need a name. */
  base: string;
  link: string;
  /** Of the owner of the data folder. */
  ownerToken: string;
  dataDir: string;
}

/** The real server on an empty data folder. */
export async function startSignInServer(config: Partial<AppConfig> = {}): Promise<SignInServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-sign-in-'));
  const dataDir = join(folder, 'data');
  const app = await openApp(
    {
      dataDir,
      limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 1 },
      net: { userAgent: 'test', ratePerSecond: 50 },
      ...config,
    },
    { role: 'server', version: '0.0.0' },
  );
  const server: RunningServer = await startServer({
    services: app.services,
    host: '127.0.0.1',
    port: 0,
    publicUrl: config.publicUrl,
    allowPlainHttp: false,
    logLevel: 'silent',
  });
  const file = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  return {
    app,
    base: file.url.replace('127.0.0.1', 'localhost'),
    link: server.link,
    ownerToken: file.token,
    dataDir,
    async [Symbol.asyncDispose]() {
      await server.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what the server answers is what the tests look at
  body: any;
  headers: Headers;
}

export type Browser = ReturnType<typeof openBrowser>;

/** Cookies and an origin, as a browser has them. */
export function openBrowser(base: string, more: Record<string, string> = {}) {
  const cookies = new Map<string, string>();

  async function send(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : `${base}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        origin: base,
        ...(cookies.size === 0
          ? {}
          : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (value === '' || /expires=thu, 01 jan 1970|max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
  }

  return {
    cookies,
    send,
    get: (path: string) => send('GET', path),
    post: (path: string, body: unknown = {}) => send('POST', path, body),
    patch: (path: string, body: unknown) => send('PATCH', path, body),
    delete: (path: string) => send('DELETE', path),
    me: async () => (await send('GET', '/auth/session')).body.user,
  };
}

export const PASSWORD = 'correct horse battery';

/** A person with a password of their own, made past the web page. */
export async function addPerson(
  { app }: SignInServer,
  login: string,
  {
    password = PASSWORD,
    mustChange = false,
    role,
  }: { password?: string; mustChange?: boolean; role?: string } = {},
): Promise<string> {
  const prepared = await app.services.accounts.prepare({
    login,
    name: `${login} of tests`,
    password,
    mustChange,
    role,
  });
  const account = await app.services.store.write({ lane: 'interactive', durable: true }, (write) =>
    app.services.accounts.create(write, prepared, newId('usr')),
  );
  return account.id;
}

export async function signedIn(server: SignInServer, login: string, password = PASSWORD): Promise<Browser> {
  const browser = openBrowser(server.base);
  const answer = await browser.post('/auth/login', { login, password });
  if (answer.status !== 200 || !answer.body.user) throw new Error(JSON.stringify(answer.body));
  return browser;
}
