import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Health, Started } from './server-process.ts';

export interface FuzzServer extends AsyncDisposable, Started {
  health(): Promise<Health>;
  /** Forgets how long its event loop was blocked before. */
  reset(): void;
  /** What it wrote; a failed request is in it with its stack. */
  log(): string;
  alive(): boolean;
}

export async function startServerProcess(): Promise<FuzzServer> {
  const child = fork(fileURLToPath(new URL('server-process.ts', import.meta.url)), {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  let log = '';
  const keep = (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-100_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const started = await answer<Started>(child, () => log);
  return {
    ...started,
    health() {
      child.send('health');
      return answer<Health>(child, () => log);
    },
    reset: () => void child.send('reset'),
    log: () => log,
    alive: () => child.exitCode === null && child.signalCode === null,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.send('stop');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function answer<T>(child: ChildProcess, log: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`The server ended:\n${log()}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}
