import type { Job, JobsOptions, Queue, Worker, WorkerOptions } from 'bullmq';
import { SentinelError } from '../../lib/errors.ts';
import { jobId, readJob, type StepJob } from './step-job.ts';

/**
 * What became of a job: `done` (nothing is left to do with it, also when somebody else had the step), `no-room` (this process has
 * no place after all), `not-here` (this process cannot do it, another can).
 */
export type Verdict = 'done' | 'no-room' | 'not-here';

export interface Consumer {
  /** Takes nothing new; what it has goes on. */
  pause(): void;
  resume(): void;
  active(): number;
  /** Waits for what it has. */
  close(): Promise<void>;
}

export interface ConsumeOptions {
  /** Jobs at a time. */
  places: number;
  /** `age` is how long the job has been there, in ms. */
  work(job: StepJob, age: number): Promise<Verdict>;
}

/** The queues of steps, one for each text of what a worker must have. The rows of the steps are the truth, jobs may get lost. */
export interface JobQueues {
  /** Adds those that are not there yet. Throws `queue-unavailable`. */
  add(requirement: string, jobs: readonly { job: StepJob; priority: number }[]): Promise<void>;
  consume(requirement: string, options: ConsumeOptions): Consumer;
  up(): boolean;
  close(): Promise<void>;
}

/** Where the queues of BullMQ live. */
export interface JobBackend {
  queue(name: string): StepQueue;
  worker(
    name: string,
    work: (job: Job, token?: string) => Promise<void>,
    options: StepWorkerOptions,
  ): StepWorker;
  /** Called when the backend is there (again). */
  onUp(listener: () => void): void;
  up(): boolean;
  close(): Promise<void>;
}

export type StepWorkerOptions = Omit<WorkerOptions, 'connection'>;
type StepQueue = Pick<Queue, 'close'> & {
  addBulk(jobs: { name: string; data: StepJob; opts: JobsOptions }[]): Promise<unknown>;
};
type StepWorker = Pick<Worker, 'close' | 'pause' | 'resume' | 'waitUntilReady'>;

export interface QueueSettings {
  /** A job whose worker has said nothing for so long is given to another. */
  stalledMs: number;
  failed(error: unknown): void;
}

const ADD_MS = 5_000;
/** A job that another process can do is offered again after so long. */
const NOT_HERE_MS = 500;
/** A worker that could not connect is made anew. */
const AGAIN_MS = 1_000;
const CLOSE_MS = 3_000;
/** Priorities of BullMQ; 0 is taken before all others. */
const MOST_PRIORITY = 2_097_152;
/** A step whose job is lost after that many stalls is queued again by the sweep. */
const MOST_STALLED = 5;

export async function openJobQueues(backend: JobBackend, settings: QueueSettings): Promise<JobQueues> {
  const bullmq = await import('bullmq');
  const queues = new Map<string, StepQueue>();
  const consumers = new Set<Consumer>();
  let lastAdd: 'good' | 'bad' = 'good';

  function queueOf(requirement: string): StepQueue {
    const known = queues.get(requirement);
    if (known) return known;
    const queue = backend.queue(nameOf(requirement));
    queues.set(requirement, queue);
    return queue;
  }

  /** A queue whose first connection broke stays broken: the next one is a new one. */
  function forget(requirement: string): void {
    const queue = queues.get(requirement);
    queues.delete(requirement);
    queue?.close().catch(() => undefined);
  }

  return {
    async add(requirement, jobs) {
      try {
        if (!backend.up()) throw new Error('not connected');
        const list = jobs.map(({ job, priority }) => ({
          name: 'step',
          data: job,
          opts: {
            jobId: jobId(job),
            priority: Math.max(0, Math.min(MOST_PRIORITY, priority)),
            removeOnComplete: true,
            removeOnFail: true,
          },
        }));
        await within(ADD_MS, queueOf(requirement).addBulk(list));
        lastAdd = 'good';
      } catch (cause) {
        lastAdd = 'bad';
        forget(requirement);
        throw new SentinelError('queue-unavailable', 'The queue of steps does not answer.', { cause });
      }
    },
    consume(requirement, options) {
      const consumer = startConsumer(requirement, options);
      consumers.add(consumer);
      return {
        ...consumer,
        async close() {
          consumers.delete(consumer);
          await consumer.close();
        },
      };
    },
    up: () => backend.up() && lastAdd === 'good',
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      await Promise.all(
        [...queues.values()].map((queue) => within(CLOSE_MS, queue.close()).catch(() => undefined)),
      );
      await backend.close();
    },
  };

  function startConsumer(requirement: string, options: ConsumeOptions): Consumer {
    let worker: StepWorker | undefined;
    let again: NodeJS.Timeout | undefined;
    let active = 0;
    let paused = false;
    let closing = false;
    open();

    function open(): void {
      const mine = backend.worker(nameOf(requirement), work, {
        concurrency: options.places,
        lockDuration: settings.stalledMs,
        stalledInterval: settings.stalledMs / 2,
        maxStalledCount: MOST_STALLED,
        runRetryDelay: AGAIN_MS,
        drainDelay: 2,
      });
      worker = mine;
      if (paused) void mine.pause(true);
      mine.waitUntilReady().catch(() => {
        mine.close(true).catch(() => undefined);
        if (!closing && worker === mine) again = setTimeout(open, AGAIN_MS);
      });
    }

    async function work(job: Job, token = ''): Promise<void> {
      active += 1;
      try {
        const step = readJob(job.data);
        const verdict = step ? await options.work(step, Date.now() - job.timestamp) : 'not-here';
        if (verdict === 'done') return;
        if (verdict === 'no-room') {
          await job.moveToWait(token);
          throw new bullmq.WaitingError();
        }
        await job.moveToDelayed(Date.now() + NOT_HERE_MS, token);
        throw new bullmq.DelayedError();
      } catch (error) {
        // What fails here is taken out of the queue; the sweep puts the step back while its row says that it is queued.
        if (!(error instanceof bullmq.WaitingError || error instanceof bullmq.DelayedError))
          settings.failed(error);
        throw error;
      } finally {
        active -= 1;
      }
    }

    return {
      pause() {
        if (paused) return;
        paused = true;
        void worker?.pause(true).catch(() => undefined);
      },
      resume() {
        if (!paused || closing) return;
        paused = false;
        void worker?.resume().catch(() => undefined);
      },
      active: () => active,
      async close() {
        closing = true;
        clearTimeout(again);
        const mine = worker;
        if (!mine) return;
        // Without the other side it would wait for ever to say goodbye.
        await within(CLOSE_MS, mine.close()).catch(() => undefined);
      },
    };
  }
}

/** BullMQ allows no `:` in a name. */
function nameOf(requirement: string): string {
  return encodeURIComponent(requirement);
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
