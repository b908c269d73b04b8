import type { JobBackend } from './job-queues.ts';

const RETRY_MS = 2_000;

/**
 * Queues in Redis. One connection adds jobs and fails at once when Redis is away; one is for the workers, whose commands wait for it;
 * BullMQ makes one more for each worker, which blocks.
 */
export async function redisBackend(url: string, prefix: string): Promise<JobBackend> {
  const [{ Redis }, { Queue, Worker }] = await Promise.all([import('ioredis'), import('bullmq')]);
  const retryStrategy = (attempt: number) => Math.min(RETRY_MS, attempt * 100);
  const adding = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: null, retryStrategy });
  const working = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
  // Braces: all keys of a queue stand at one place of a cluster.
  const usual = { prefix: `{${prefix}}` };
  for (const connection of [adding, working]) connection.on('error', () => undefined);
  return {
    queue(name) {
      const queue = new Queue(name, { ...usual, connection: adding });
      queue.on('error', () => undefined);
      return queue;
    },
    worker(name, work, options) {
      const worker = new Worker(name, work, { ...usual, ...options, connection: working });
      worker.on('error', () => undefined);
      return worker;
    },
    onUp: (listener) => void adding.on('ready', listener),
    up: () => adding.status === 'ready',
    async close() {
      adding.disconnect();
      working.disconnect();
    },
  };
}
