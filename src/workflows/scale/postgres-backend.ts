import type { PostgresQueueBackend as Backend, BackendFactory, PostgresConnectionOptions } from 'bullmq';
import type { JobBackend } from './job-queues.ts';

const SCHEMA = 'sentinelx_queue';
const PUT_RIGHT_MS = 30_000;
/** Clocks of hosts differ by less. */
const AHEAD_MS = 600_000;

/** Queues in the database of the store, for where there is no Redis. Each worker has a connection that listens and one that works. */
export async function postgresBackend(url: string): Promise<JobBackend> {
  const { PostgresConnection, PostgresQueueBackend, Queue, Worker, createPostgresBackend } = await import(
    'bullmq'
  );
  const connection = { connectionString: url, schema: SCHEMA, migrate: true, max: 1 };
  const adding = new PostgresConnection(connection);
  adding.on('error', () => undefined);
  await adding.waitUntilReady();
  const putRight = () => putClockRight(adding.pool).catch(() => undefined);
  await putRight();
  const timer = setInterval(() => void putRight(), PUT_RIGHT_MS);
  timer.unref();
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
    async close() {
      clearInterval(timer);
      await adding.close();
    },
  };
}

/**
 * BullMQ stores times of its processes' clocks. One that was an hour ahead has put off for an hour the look for jobs of dead workers,
 * and the end of their locks (tried: `test/crash`, a clock that jumps).
 */
async function putClockRight(pool: {
  query(text: string, values: unknown[]): Promise<unknown>;
}): Promise<void> {
  const now = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
  const statements = [
    `delete from ${SCHEMA}.meta where field = 'stalled-check' and value::bigint > ${now} + $1`,
    `update ${SCHEMA}.job set locked_until_ms = ${now} where state = 'active' and locked_until_ms > ${now} + $1`,
    `update ${SCHEMA}.job set process_at_ms = ${now} where state = 'delayed' and process_at_ms > ${now} + $1`,
  ];
  for (const statement of statements) await pool.query(statement, [AHEAD_MS]);
}
