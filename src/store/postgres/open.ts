import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { SentinelError } from '../../lib/errors.ts';
import { enterEpoch } from '../epoch.ts';
import { type GuardRules, guarded } from '../guard.ts';
import { createLanes } from '../lanes.ts';
import { createListeners } from '../listeners.ts';
import { migrate, pending } from '../migrate.ts';
import type { Database } from '../schema.ts';
import type { Store } from '../store.ts';
import { createWrite } from '../write.ts';
import { postgresError, postgresReadError } from './errors.ts';
import { listenFor } from './listen.ts';

const INT8 = 20;
const NUMERIC = 1700;
const CHANNEL = 'sentinelx_event';
/** Two processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 7358200;
const CONNECT_MS = 10_000;
/** Of each side. */
const CONNECTIONS = 6;
/**
 * A process whose line was cut in the middle of a transaction holds its locks, the one of the event log too, and everybody else
 * waits. PostgreSQL ends such a session by these; its own default is to wait for hours.
 */
const LOST_CLIENT = {
  idle_in_transaction_session_timeout: 10_000,
  tcp_user_timeout: 15_000,
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
};

export async function openPostgres(
  url: string,
  { announce }: { announce?: (() => void) | undefined } = {},
): Promise<Store> {
  const writing = connect(url, { side: 'writes', fault: postgresError });
  const db = connect(url, { side: 'reads', fault: postgresReadError });
  const listeners = createListeners();
  let listening: ReturnType<typeof listenFor> | undefined;

  const transact = <T>(work: (tx: Transaction<Database>) => Promise<T>) =>
    writing.transaction().execute(work);
  let epoch: string;
  try {
    const server = await identity(db);
    epoch = await transact(async (tx) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
      await migrate(tx, 'postgres', await pending(tx));
      return enterEpoch(tx, { server });
    });
  } catch (error) {
    await Promise.all([writing.destroy(), db.destroy()]);
    throw error;
  }

  return {
    dialect: 'postgres',
    epoch,
    db,
    ...createWrite({
      dialect: 'postgres',
      exclusive: createLanes(CONNECTIONS),
      transact,
      committed() {
        listeners.wake();
        announce?.();
      },
    }),
    onCommit(listener) {
      listeners.add(listener);
      listening ??= listenFor(CHANNEL, url, listeners.wake);
      return () => listeners.delete(listener);
    },
    wake: listeners.wake,
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

/** Changes with a restore elsewhere (server, database) and with a promotion (timeline). */
async function identity(db: Kysely<Database>): Promise<string | null> {
  try {
    const { rows } = await sql<{ identity: string }>`
      select system_identifier || ':' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || ':' || oid as identity
      from pg_control_system(), pg_database where datname = current_database()`.execute(db);
    return rows[0]?.identity ?? null;
  } catch (error) {
    // An operator may keep these functions from ordinary users.
    if (error instanceof SentinelError && error.code === 'internal') return null;
    throw error;
  }
}

function connect(url: string, rules: GuardRules): Kysely<Database> {
  const types = {
    getTypeParser: ((oid: number, format: 'text' | 'binary') =>
      oid === INT8 || oid === NUMERIC
        ? Number
        : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
  };
  const settings = {
    ...LOST_CLIENT,
    ...(rules.side === 'reads' && { default_transaction_read_only: 'on' }),
  };
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    pipeline: true,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  // The pool replaces a connection that broke while idle; one that breaks in use fails its query.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return new Kysely<Database>({ dialect: guarded(new PostgresDialect({ pool }), rules) });
}
