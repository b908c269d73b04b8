import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { SentinelError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { NewEvent } from '../../model/event.ts';
import { enterEpoch } from '../epoch.ts';
import { appendEvents } from '../events.ts';
import { migrate, pending } from '../migrate.ts';
import type { Database } from '../schema.ts';
import type { Store } from '../store.ts';
import { postgresError } from './errors.ts';
import { listenFor } from './listen.ts';

const INT8 = 20;
const NUMERIC = 1700;
const CHANNEL = 'sentinelx_event';
/** Two processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 7358200;
const CONNECT_MS = 10_000;

export async function openPostgres(url: string): Promise<Store> {
  const writing = connect(url, 6);
  const db = connect(url, 6, '-c default_transaction_read_only=on');
  const listeners = new Set<() => void>();
  let listening: ReturnType<typeof listenFor> | undefined;

  const transact = <T>(work: (tx: Transaction<Database>) => Promise<T>) =>
    writing
      .transaction()
      .execute(work)
      .catch((cause: unknown) => {
        throw postgresError(cause);
      });
  let epoch: string;
  try {
    epoch = await transact(async (tx) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
      await migrate(tx, 'postgres', await pending(tx));
      return enterEpoch(tx, 'postgres', newId('open'));
    });
  } catch (error) {
    await Promise.all([writing.destroy(), db.destroy()]);
    if (error instanceof SentinelError || error instanceof pg.DatabaseError) throw error;
    // A time limit or a broken handshake has no code of its own.
    throw new SentinelError('store-unavailable', 'PostgreSQL does not answer.', { cause: error });
  }
  const wake = () => {
    for (const listener of listeners) listener();
  };

  return {
    dialect: 'postgres',
    epoch,
    db,
    async write(_options, work) {
      const result = await transact(async (tx) => {
        const events: NewEvent[] = [];
        const value = await work({ tx, emit: (event) => void events.push(event) });
        await appendEvents(tx, 'postgres', events);
        return value;
      });
      wake();
      return result;
    },
    onCommit(listener) {
      listeners.add(listener);
      listening ??= listenFor(CHANNEL, url, wake);
      return () => void listeners.delete(listener);
    },
    async head() {
      const row = await db
        .selectFrom('event')
        .select((e) => e.fn.max('seq').as('head'))
        .executeTakeFirst();
      return Number(row?.head ?? 0);
    },
    async check() {
      await sql`select 1`.execute(db);
      return 'ok';
    },
    async close() {
      await listening?.close();
      await Promise.all([writing.destroy(), db.destroy()]);
    },
  };
}

function connect(url: string, max: number, options?: string): Kysely<Database> {
  const types = {
    getTypeParser: ((oid: number, format: 'text' | 'binary') =>
      oid === INT8 || oid === NUMERIC
        ? Number
        : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
  };
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    ...(options && { options }),
  });
  // The pool replaces a connection that broke while idle; one that breaks in use fails its query.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
