import { randomBytes } from 'node:crypto';
import { SentinelError } from '../../lib/errors.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { INSTANCE } from '../audit.ts';
import type { Keyring } from '../keyring.ts';
import { keysInUse, SEALED_TABLES, type SealedRow, sealedCount } from './sealed-rows.ts';
import {
  type EndedRotation,
  newRotation,
  type RunningRotation,
  readRunning,
  storeEnded,
  storeRunning,
} from './state.ts';

/** How long others that write may have to wait behind a batch; how many values fit into that is found out. */
const TURN_MS = 15;
const FIRST_BATCH = 20;
const LEAST_BATCH = 5;
const MOST_BATCH = 500;
/** A process that is silent for so long has lost it; it is set again with every batch. */
const LEASE_MS = 30_000;

export interface RotationParts {
  store: Store;
  keys: Keyring;
  /** This process, as it holds the lease. */
  worker: string;
  lives(worker: string): Promise<boolean>;
}

/** Another process has taken it over or completed it. */
class Lost extends Error {}

/**
 * Begins a change of keys, in the transaction of whoever asks for it: a new sealing key, and the mark that stays until all is
 * done. While one is under way it is that one.
 */
export async function beginRotation(
  { tx }: Pick<WriteContext, 'tx'>,
  keys: Keyring,
  actor: string,
): Promise<RunningRotation> {
  await keys.lock(tx);
  const running = await readRunning(tx);
  if (running) return running;
  await keys.turn(tx);
  const state = newRotation(actor, await sealedCount(tx));
  await storeRunning(tx, state);
  return state;
}

/**
 * Seals everything anew in small batches, each with its cursor in one transaction, then forgets the old keys. The HMAC keys stay
 * what they are. Undefined when there is nothing to do, another process works on it, or the signal came first.
 */
export async function workOnRotation(
  parts: RotationParts,
  signal: AbortSignal,
  mostBatch = MOST_BATCH,
): Promise<EndedRotation | undefined> {
  const pace = { size: Math.min(FIRST_BATCH, mostBatch), most: mostBatch };
  let state = await take(parts);
  try {
    while (state && !signal.aborted) {
      if (state.table >= SEALED_TABLES.length) return await end(parts, state);
      state = await step(parts, state, pace);
    }
    if (state) await release(parts, null);
    return undefined;
  } catch (error) {
    if (error instanceof Lost) return undefined;
    await release(parts, error instanceof SentinelError ? error.message : 'Something broke inside.');
    throw error;
  }
}

async function take({ store, keys, worker, lives }: RotationParts): Promise<RunningRotation | undefined> {
  const seen = await readRunning(store.db);
  if (!seen) return undefined;
  const held = seen.worker !== null && seen.worker !== worker && seen.lease >= Date.now();
  if (held && (await lives(seen.worker as string))) return undefined;
  return store.write({ lane: 'bulk' }, async ({ tx }) => {
    await keys.lock(tx);
    const now = await readRunning(tx);
    // Somebody else was faster.
    if (!now || now.worker !== seen.worker) return undefined;
    const total = now.total > 0 ? now.total : await sealedCount(tx);
    const taken = { ...now, total, worker, lease: Date.now() + LEASE_MS, problem: null };
    await storeRunning(tx, taken);
    return taken;
  });
}

async function step(
  { store, keys, worker }: RotationParts,
  before: RunningRotation,
  pace: { size: number; most: number },
): Promise<RunningRotation> {
  let began = 0;
  let count = 0;
  const state = await store.write({ lane: 'bulk' }, async ({ tx }) => {
    began = performance.now();
    // Before the rows are read: with several servers none may seal with the old key behind our back.
    await keys.lock(tx);
    await requireMine(tx, worker);
    const rows = (await SEALED_TABLES[before.table]?.rows(tx, before.after, pace.size)) ?? [];
    const current = await keys.current(tx);
    const found = { resealed: 0, unreadable: 0 };
    for (const row of rows) {
      const what = await reseal({ tx, keys, current }, row);
      if (what !== 'kept') found[what] += 1;
    }
    count = rows.length;
    const last = rows.length < pace.size;
    const next: RunningRotation = {
      ...before,
      done: before.done + rows.length,
      resealed: before.resealed + found.resealed,
      unreadable: before.unreadable + found.unreadable,
      table: last ? before.table + 1 : before.table,
      after: last ? '' : (rows.at(-1)?.id ?? ''),
      lease: Date.now() + LEASE_MS,
    };
    await storeRunning(tx, next);
    return next;
  });
  if (count >= pace.size) {
    const fitting = Math.round((count * TURN_MS) / Math.max(1, performance.now() - began));
    // Half way only: one slow commit says little.
    const size = Math.round((pace.size + fitting) / 2);
    pace.size = Math.min(pace.most, Math.max(LEAST_BATCH, size));
  }
  return state;
}

async function reseal(
  { tx, keys, current }: { tx: WriteContext['tx']; keys: Keyring; current: string },
  row: SealedRow,
): Promise<'resealed' | 'unreadable' | 'kept'> {
  if (row.sealed.key === current) return 'kept';
  let value: string;
  try {
    value = await keys.open(row.context, row.sealed);
  } catch {
    return 'unreadable';
  }
  await row.store(tx, await keys.seal(tx, row.context, value));
  return 'resealed';
}

async function end({ store, keys, worker }: RotationParts, state: RunningRotation): Promise<EndedRotation> {
  // The key of the instance changes with the others, where it is ours to change; else its owner gives a new one.
  const instanceKey = keys.source.file !== undefined;
  if (instanceKey) await keys.rewrap(randomBytes(32));
  return store.write({ lane: 'interactive', durable: true }, async ({ tx, emit }) => {
    await keys.lock(tx);
    await requireMine(tx, worker);
    const dropped = await keys.dropUnused(tx, await keysInUse(tx));
    const { actor, started, total, resealed, unreadable } = state;
    const ended = { actor, started, total, resealed, unreadable, ended: Date.now(), dropped, instanceKey };
    await storeEnded(tx, ended);
    emit({
      type: 'keys.rotated',
      project: INSTANCE,
      actor,
      subject: 'keys',
      data: { resealed, unreadable },
    });
    return ended;
  });
}

async function requireMine(tx: WriteContext['tx'], worker: string): Promise<void> {
  if ((await readRunning(tx))?.worker !== worker) throw new Lost();
}

/** For whoever comes next, and not only when the lease is over. */
async function release({ store, worker }: RotationParts, problem: string | null): Promise<void> {
  await store.write({ lane: 'bulk' }, async ({ tx }) => {
    const state = await readRunning(tx);
    if (state?.worker === worker) await storeRunning(tx, { ...state, worker: null, problem });
  });
}
