import { Worker } from 'node:worker_threads';
import { SentinelError } from '../../lib/errors.ts';
import { sqliteError } from '../sqlite/errors.ts';
import type { Facets, FacetsRequest, IdsRequest, ListRequest } from './filter.ts';
import type { IndexAnswer, IndexRequest } from './messages.ts';
import type { FindingRow } from './row.ts';
import type { FindingStates, StatesRequest } from './states.ts';

/** The memory of the index goes back when nobody has asked for so long. */
const IDLE_MS = 10 * 60_000;

/** Lists and counts of findings by an index in a thread of its own, which starts with the first question. */
export interface FindingsIndex {
  list(request: ListRequest): Promise<FindingRow[]>;
  facets(request: FacetsRequest): Promise<Facets>;
  ids(request: IdsRequest): Promise<string[]>;
  /** Status and severity of so many findings that their rows would take long to read. */
  states(request: StatesRequest): Promise<FindingStates>;
  close(): Promise<void>;
}

type Question = IndexRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

export function findingsIndex(file: string): FindingsIndex {
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  async function ask(question: Question): Promise<IndexAnswer> {
    if (closed) throw new SentinelError('internal', 'The store is closed.');
    clearTimeout(idle);
    if (!running) {
      const mine = start(file, () => {
        if (running === mine) running = undefined;
      });
      running = mine;
    }
    const asked = running;
    try {
      return await asked.ask(question);
    } finally {
      clearTimeout(idle);
      if (!closed && asked.waiting() === 0) idle = setTimeout(() => void stop(), IDLE_MS).unref();
    }
  }

  async function stop(): Promise<void> {
    const last = running;
    running = undefined;
    // One that is busy (reading a million findings takes seconds) is not waited for: it only reads.
    if (last?.waiting() === 0) await last.ask({ op: 'close' }).catch(() => undefined);
    await last?.worker.terminate();
  }

  return {
    async list(request) {
      const answer = await ask({ op: 'list', request });
      return 'rows' in answer ? answer.rows : [];
    },
    async facets(request) {
      const answer = await ask({ op: 'facets', request });
      if ('facets' in answer) return answer.facets;
      throw new SentinelError('internal', 'The index of the findings gave no counts.');
    },
    async ids(request) {
      const answer = await ask({ op: 'ids', request });
      return 'ids' in answer ? answer.ids : [];
    },
    async states(request) {
      const answer = await ask({ op: 'states', request });
      if ('states' in answer) return answer.states;
      throw new SentinelError('internal', 'The index of the findings gave no states.');
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      await stop();
    },
  };
}

interface Running {
  worker: Worker;
  ask(question: Question): Promise<IndexAnswer>;
  waiting(): number;
}

function start(file: string, ended: () => void): Running {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: { file },
    env: {},
    execArgv: ['--no-warnings'],
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  const waiting = new Map<number, PromiseWithResolvers<IndexAnswer>>();
  let nextId = 1;
  let gone: Error | undefined;

  worker.on('message', (answer: IndexAnswer) => {
    const question = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if ('error' in answer) question?.reject(sqliteError(answer.error, file));
    else question?.resolve(answer);
  });
  const fail = (error: Error) => {
    gone ??= error;
    for (const question of waiting.values()) question.reject(gone);
    waiting.clear();
    ended();
  };
  worker.on('error', (cause) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    fail(new SentinelError('internal', `The index of the findings ended: ${why}`, { cause }));
  });
  worker.on('exit', () => fail(new SentinelError('internal', 'The index of the findings ended.')));

  return {
    worker,
    waiting: () => waiting.size,
    ask(question) {
      if (gone) return Promise.reject(gone);
      const id = nextId++;
      if (waiting.size === 0) worker.ref();
      const { promise, resolve, reject } = Promise.withResolvers<IndexAnswer>();
      waiting.set(id, { promise, resolve, reject });
      worker.postMessage({ ...question, id });
      return promise;
    },
  };
}
