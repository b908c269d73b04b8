import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import type { NewEvent } from '../../model/event.ts';
import { enterEpoch } from '../epoch.ts';
import { appendEvents } from '../events.ts';
import { migrate, pending } from '../migrate.ts';
import type { Database } from '../schema.ts';
import type { Store } from '../store.ts';

const INT8 = 20;
const NUMERIC = 1700;
const CHANNEL = 'sentinelx_event';
/** Two processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 7358200;

export async function openPostgres(url: string): Promise<Store> {
  const types = {
    getTypeParser: ((oid: number, format: 'text' | 'binary') =>
      oid === INT8 || oid === NUMERIC
        ? Number
        : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
  };
  const pool = new pg.Pool({ connectionString: url, max: 10, types });
  pool.on('error', () => undefined);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const listeners = new Set<() => void>();
  let listening: pg.PoolClient | undefined;

  const transact = <T>(work: (tx: Transaction<Database>) => Promise<T>) =>
    db
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
      return enterEpoch(tx, 'postgres');
    });
  } catch (error) {
    await db.destroy();
    throw error;
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
      listening ?? void listen();
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
      listening?.release(true);
      await db.destroy();
    },
  };

  async function listen(): Promise<void> {
    try {
      listening = await pool.connect();
      listening.on('notification', wake);
      await listening.query(`listen ${CHANNEL}`);
    } catch {
      // Readers also look by themselves; without the wake-up they are only slower.
      listening = undefined;
    }
  }
}

function postgresError(cause: unknown): Error {
  if (cause instanceof SentinelError) return cause;
  const code = systemCode(cause) ?? '';
  const unreachable = [
    'ECONNREFUSED',
    'ENOTFOUND',
    'ETIMEDOUT',
    'ECONNRESET',
    '57P01',
    '57P03',
    '28P01',
    '28000',
    '3D000',
    '08006',
    '08001',
  ];
  if (unreachable.includes(code))
    return new SentinelError('store-unavailable', `PostgreSQL does not answer (${code}).`, { cause });
  if (code === '53100') return new SentinelError('disk-full', 'PostgreSQL has no space left.', { cause });
  return cause instanceof Error ? cause : new Error(String(cause));
}
