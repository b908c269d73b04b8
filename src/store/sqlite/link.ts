import { Worker } from 'node:worker_threads';
import { SentinelError } from '../../lib/errors.ts';
import { sqliteError } from './errors.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest, ThreadResult } from './messages.ts';

/** Above the largest answer with its copy for the main thread. */
const MEMORY_MB = 512;

type Request = ThreadRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

export interface ThreadLink {
  ask(request: Request): Promise<ThreadResult>;
  close(): Promise<void>;
}

interface Running {
  worker: Worker;
  ask(request: Request): Promise<ThreadResult>;
  /** Settles when the thread has opened the file, or could not. */
  started: Promise<ThreadResult>;
}

export interface Notices {
  /** Another process has committed. */
  changed?: () => void;
  /** The write-ahead log has grown. */
  grown?: () => void;
}

/**
 * A store thread as seen from the main thread. A thread that ended (an answer larger than its memory) fails what was asked of it and is
 * replaced at the next question.
 */
export async function startThread(data: ThreadData, notices: Notices = {}): Promise<ThreadLink> {
  let closed = false;
  let watching: Request | undefined;
  let running: Running | undefined = run(data, notices, () => {
    running = undefined;
  });
  await running.started;

  function again(): Running {
    const next = run(data, notices, () => {
      if (running === next) running = undefined;
    });
    running = next;
    // The first question says what went wrong, too.
    next.started.catch(() => undefined);
    if (watching) next.ask(watching).catch(() => undefined);
    return next;
  }

  return {
    ask(request) {
      if (closed) return Promise.reject(new SentinelError('internal', 'The store is closed.'));
      if (request.op === 'watch') watching = request.on ? request : undefined;
      return (running ?? again()).ask(request);
    },
    async close() {
      if (closed) return;
      closed = true;
      await running?.ask({ op: 'close' }).catch(() => undefined);
      await running?.worker.terminate();
    },
  };
}

function run(data: ThreadData, notices: Notices, ended: () => void): Running {
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: data,
    env: {},
    execArgv: ['--no-warnings'],
    resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: data.memoryMb ?? MEMORY_MB },
  });
  const waiting = new Map<number, PromiseWithResolvers<ThreadResult>>();
  let nextId = 1;
  let gone: Error | undefined;

  // The thread keeps the process alive for as long as somebody waits for it, first of all for its start.
  const opening = Promise.withResolvers<ThreadResult>();
  waiting.set(0, opening);
  worker.on('message', (answer: ThreadAnswer) => {
    if ('changed' in answer) return notices.changed?.();
    if ('grown' in answer) return notices.grown?.();
    const request = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if ('error' in answer) request?.reject(ours(answer.error, data));
    else request?.resolve(answer);
  });
  const fail = (error: Error) => {
    gone ??= error;
    for (const request of waiting.values()) request.reject(gone);
    waiting.clear();
    ended();
  };
  worker.on('error', (cause) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    fail(new SentinelError('internal', `The store thread ended: ${why}`, { cause }));
  });
  worker.on('exit', () => fail(new SentinelError('internal', 'The store thread ended.')));

  return {
    worker,
    started: opening.promise,
    ask(request) {
      if (gone) return Promise.reject(gone);
      const id = nextId++;
      if (waiting.size === 0) worker.ref();
      const { promise, resolve, reject } = Promise.withResolvers<ThreadResult>();
      waiting.set(id, { promise, resolve, reject });
      worker.postMessage({ ...request, id });
      return promise;
    },
  };
}

function ours(error: { code: string; message: string }, { file, role }: ThreadData): SentinelError {
  if (role === 'reader' && error.code === 'SQLITE_READONLY')
    return new SentinelError('internal', '`store.db` only reads: use `store.write`.', { cause: error });
  return sqliteError(error, file);
}
