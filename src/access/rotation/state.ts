import type { Kysely, Transaction } from 'kysely';
import * as z from 'zod';
import { SentinelError } from '../../lib/errors.ts';
import type { Database } from '../../store/schema.ts';
import { ROTATION } from '../keyring.ts';

type Db = Kysely<Database> | Transaction<Database>;

const Counts = {
  actor: z.string(),
  started: z.int(),
  total: z.int(),
  resealed: z.int(),
  unreadable: z.int(),
};

/** A change of keys that is under way, with its cursor. */
export const RunningRotation = z.object({
  ...Counts,
  done: z.int(),
  table: z.int(),
  after: z.string(),
  /** The process that works on it, and until when it may be silent. */
  worker: z.string().nullable(),
  lease: z.int(),
  /** Why the last try ended; it is tried again. */
  problem: z.string().nullable(),
});
export type RunningRotation = z.infer<typeof RunningRotation>;

/** The last one that was completed. */
export const EndedRotation = z.object({
  ...Counts,
  ended: z.int(),
  dropped: z.int(),
  instanceKey: z.boolean(),
});
export type EndedRotation = z.infer<typeof EndedRotation>;

const LAST = 'rotation.last';

export function newRotation(actor: string, total: number, started = Date.now()): RunningRotation {
  const counts = { total, done: 0, resealed: 0, unreadable: 0 };
  return { actor, started, ...counts, table: 0, after: '', worker: null, lease: 0, problem: null };
}

export async function readRunning(db: Db): Promise<RunningRotation | undefined> {
  const value = await readValue(db, ROTATION);
  // An earlier release stored only when it began.
  if (typeof value === 'number') return newRotation('system', 0, value);
  return value === undefined ? undefined : parsed(RunningRotation, value);
}

export async function readEnded(db: Db): Promise<EndedRotation | undefined> {
  const value = await readValue(db, LAST);
  return value === undefined ? undefined : parsed(EndedRotation, value);
}

export async function storeRunning(tx: Transaction<Database>, state: RunningRotation): Promise<void> {
  await put(tx, ROTATION, state);
}

export async function storeEnded(tx: Transaction<Database>, ended: EndedRotation): Promise<void> {
  await tx.deleteFrom('meta').where('key', '=', ROTATION).execute();
  await put(tx, LAST, ended);
}

async function readValue(db: Db, key: string): Promise<unknown> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return row && JSON.parse(row.value);
}

async function put(tx: Transaction<Database>, key: string, value: object): Promise<void> {
  const text = JSON.stringify(value);
  await tx
    .insertInto('meta')
    .values({ key, value: text })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
    .execute();
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new SentinelError('store-broken', 'What is stored about a change of keys is damaged.');
}
