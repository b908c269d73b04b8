import { Worker } from 'node:worker_threads';
import { SentinelError } from '../../lib/errors.ts';
import { sqliteError } from './errors.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest, ThreadResult } from './messages.ts';

type Result = ThreadResult;
type Request = ThreadRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

export interface ThreadLink {
  ask(request: Request): Promise<Result>;
  close(): Promise<void>;
}

/** A store thread as seen from the main thread. `changed` is called when another process has committed. */
export async function startThread(data: ThreadData, changed?: () => void): Promise<ThreadLink> {
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: data,
    env: {},
    execArgv: ['--no-warnings'],
    resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 },
  });
  worker.unref();
  const waiting = new Map<number, { resolve(result: Result): void; reject(error: Error): void }>();
  let nextId = 1;
  let gone: Error | undefined;

  const started = new Promise<Result>((resolve, reject) => waiting.set(0, { resolve, reject }));
  worker.on('message', (answer: ThreadAnswer) => {
    if ('changed' in answer) return changed?.();
    const request = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if ('error' in answer) request?.reject(sqliteError(answer.error, data.file));
    else request?.resolve(answer);
  });
  const fail = (error: Error) => {
    gone = error;
    for (const request of waiting.values()) request.reject(error);
    waiting.clear();
  };
  worker.on('error', (cause) =>
    fail(
      new SentinelError(
        'internal',
        `The store thread ended: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      ),
    ),
  );
  worker.on('exit', () => fail(gone ?? new SentinelError('internal', 'The store is closed.')));

  function ask(request: Request): Promise<Result> {
    if (gone) return Promise.reject(gone);
    const id = nextId++;
    if (waiting.size === 0) worker.ref();
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  }

  await started;
  return {
    ask,
    async close() {
      if (!gone) await ask({ op: 'close' }).catch(() => undefined);
      await worker.terminate();
    },
  };
}
