import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './server-process.ts';
import type { WatchersSay } from './watchers.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The server of `server-process.ts`, its address and token, and a way to give it orders. */
export async function openServer(options: { root?: string; dataDir: string }) {
  const child = start('server-process.ts', [options.root ?? ROOT, options.dataDir]);
  const ready = await next<Answer>(child);
  if (!('ready' in ready)) throw new Error('the server did not say where it listens');
  const { token } = JSON.parse(readFileSync(join(options.dataDir, 'server.json'), 'utf8')) as {
    token: string;
  };
  const ask = async (order: Order): Promise<Answer> => {
    const answer = next<Answer>(child);
    child.send(order);
    return answer;
  };
  return {
    ...ready.ready,
    token,
    async emit(order: Extract<Order, { count: number }>) {
      const answer = await ask(order);
      return 'emitted' in answer ? answer.emitted : [];
    },
    async stream(order: Extract<Order, { order: 'stream' }>) {
      const answer = await ask(order);
      return 'emitted' in answer ? answer.emitted : [];
    },
    resetLoop: () => void child.send({ order: 'loop-reset' } satisfies Order),
    async loop() {
      const answer = await ask({ order: 'loop' });
      if (!('loop' in answer)) throw new Error('the server did not measure its loop');
      return answer.loop;
    },
    close: () => end(child),
  };
}

/** Resolves when all watchers are connected. */
export async function openWatchers(url: string, token: string, count: number, order = 'series') {
  const child = start('watchers.ts', [url, token, String(count), order]);
  await next<WatchersSay>(child);
  return {
    async arrived(): Promise<Extract<WatchersSay, { arrived: unknown }>> {
      const answer = next<WatchersSay>(child);
      child.send('report');
      const said = await answer;
      return 'arrived' in said ? said : { arrived: [], wrongOrder: 0, counted: 0 };
    },
    close: () => end(child),
  };
}

function start(name: string, args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.removeAllListeners('message');
  child.kill('SIGTERM');
  return ended;
}
