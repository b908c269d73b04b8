import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));
const SLOW_LINES = fileURLToPath(new URL('./fixtures/slow-lines', import.meta.url));
export const PASSWORD = 'violet tractor sings nine';

/** The program as people start it, in a process of its own that can be stopped and started again at the same address. */
export interface OwnServer extends AsyncDisposable {
  base: string;
  start(): Promise<void>;
  /** Asked to stop, or as if its machine had lost power. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: what the server answers is what the tests look at
  call(path: string, options?: { method?: string; body?: unknown }): Promise<any>;
}

/** With an account (ada), and a task of its own that writes lines for as long as one likes. */
export async function startOwnServer(): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-own-'));
  const dataDir = join(folder, 'data');
  const plugins = join(dataDir, 'plugins');
  mkdirSync(plugins, { recursive: true, mode: 0o700 });
  cpSync(SLOW_LINES, join(plugins, 'slow-lines'), { recursive: true });
  const port = await freePort();
  const base = `http://localhost:${port}`;
  let server: ChildProcess | undefined;
  let link = '';

  async function start(): Promise<void> {
    const child = spawn(process.execPath, [BIN, 'web', 'start', '--port', String(port)], {
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        HOME: folder,
        SENTINELX_DATA_DIR: dataDir,
        NO_COLOR: '1',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    server = child;
    let text = '';
    link = await new Promise((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        const found = /http:\/\/localhost:\d+\/\S*/.exec(text)?.[0];
        if (found && text.endsWith('\n')) resolve(found);
      });
      child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
    });
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server?.once('close', resolve));
    server.kill(signal);
    await ended;
  }

  const call: OwnServer['call'] = async (path, { method = 'GET', body } = {}) => {
    const { token } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { token: string };
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  await start();
  const made = await fetch(`${base}/auth/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify({
      // The last part of the link that the start printed.
      token: link.split(/[=/]/).at(-1),
      login: 'ada',
      name: 'Ada Lovelace',
      password: PASSWORD,
    }),
  });
  if (!made.ok) throw new Error(`setup: ${made.status} ${await made.text()}`);
  const { hash } = await call('/plugins/slow-lines');
  await call('/plugins/slow-lines/allow', { method: 'POST', body: { hash } });
  return {
    ...{ base, start, stop, call },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) =>
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    }),
  );
}
