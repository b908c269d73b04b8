import type { PostgresQueueBackend as Backend, BackendFactory, PostgresConnectionOptions } from 'bullmq';
import type { JobBackend } from './job-queues.ts';

const SCHEMA = 'sentinelx_queue';

/** Queues in the database of the store, for where there is no Redis. Each worker has a connection that listens and one that works. */
export async function postgresBackend(url: string): Promise<JobBackend> {
  const { PostgresConnection, PostgresQueueBackend, Queue, Worker, createPostgresBackend } = await import(
    'bullmq'
  );
  const connection = { connectionString: url, schema: SCHEMA, migrate: true, max: 1 };
  const adding = new PostgresConnection(connection);
  adding.on('error', () => undefined);
  await adding.waitUntilReady();
  // All queues add through one connection, which is closed below.
  const throughOne: BackendFactory<Backend, PostgresConnectionOptions> = (name, options) =>
    new PostgresQueueBackend(adding, name, options, false);
  return {
    queue(name) {
      const queue = new Queue(name, { connection }, throughOne);
      queue.on('error', () => undefined);
      return queue;
    },
    worker(name, work, options) {
      const worker = new Worker(
        name,
        work,
        { ...options, connection: { ...connection, migrate: false } },
        createPostgresBackend,
      );
      worker.on('error', () => undefined);
      return worker;
    },
    onUp: () => undefined,
    up: () => true,
    close: () => adding.close(),
  };
}
