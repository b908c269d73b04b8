import { randomBytes } from 'node:crypto';
import type { Store, WriteContext } from '../store/store.ts';
import { type Keyring, ROTATION, type Sealed } from './keyring.ts';
import { packSealed, totpContext, unpackSealed } from './sealed-text.ts';
import { contextOf } from './secret-store.ts';

export interface Rotation {
  /** Sealed anew in this call. */
  resealed: number;
  /** What could not be opened, and keeps its old key. */
  unreadable: number;
  /** Old keys that are gone. */
  dropped: number;
  /** Whether the key of the instance itself was changed too: only where we keep it in a file. */
  instanceKey: boolean;
}

interface Row {
  id: string;
  context: string;
  sealed: Sealed;
  store(tx: WriteContext['tx'], sealed: Sealed): Promise<unknown>;
}

/** Everything that is sealed, table by table; a new table that holds sealed values gets its line here. */
const TABLES: readonly ((tx: WriteContext['tx'], after: string, limit: number) => Promise<Row[]>)[] = [
  async (tx, after, limit) =>
    (
      await tx.selectFrom('secret').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute()
    ).map((row) => ({
      id: row.id,
      context: contextOf(row),
      sealed: { key: row.key, nonce: row.nonce, data: row.data, tag: row.tag },
      store: (inside, sealed) => inside.updateTable('secret').set(sealed).where('id', '=', row.id).execute(),
    })),
  async (tx, after, limit) =>
    (
      await tx.selectFrom('totp').selectAll().where('user', '>', after).orderBy('user').limit(limit).execute()
    ).map((row) => ({
      id: row.user,
      context: totpContext(row.user),
      sealed: unpackSealed(row.secret),
      store: (inside, sealed) =>
        inside
          .updateTable('totp')
          .set({ secret: packSealed(sealed) })
          .where('user', '=', row.user)
          .execute(),
    })),
];

const BATCH = 200;

/**
 * Changes the keys: a new sealing key, everything sealed anew in batches, then the old keys are forgotten. A mark in the store
 * stays until it is done, so that a killed one goes on (`resumeRotation`). The HMAC keys stay what they are.
 */
export function rotateKeys(store: Store, keys: Keyring, batch = BATCH): Promise<Rotation> {
  // Who asks while it is under way gets what it did: two at once would forget keys that the other one still needs.
  const rotation = underWay.get(keys) ?? rotate(store, keys, batch).finally(() => underWay.delete(keys));
  underWay.set(keys, rotation);
  return rotation;
}

const underWay = new WeakMap<Keyring, Promise<Rotation>>();

async function rotate(store: Store, keys: Keyring, batch: number): Promise<Rotation> {
  await store.write({ lane: 'interactive', durable: true }, async ({ tx }) => {
    const running = await tx.selectFrom('meta').select('key').where('key', '=', ROTATION).executeTakeFirst();
    if (running) return;
    await keys.turn(tx);
    await tx
      .insertInto('meta')
      .values({ key: ROTATION, value: String(Date.now()) })
      .execute();
  });
  const counts = { resealed: 0, unreadable: 0 };
  for (const rowsOf of TABLES) {
    let after: string | undefined = '';
    while (after !== undefined) {
      const from: string = after;
      after = await store.write({ lane: 'bulk', durable: true }, async ({ tx }) => {
        // Before the rows are read: with several servers none may seal with the old key behind our back.
        await keys.lock(tx);
        const rows = await rowsOf(tx, from, batch);
        for (const row of rows) await reseal(tx, row);
        return rows.length < batch ? undefined : rows.at(-1)?.id;
      });
    }
  }
  // The key of the instance changes with the others, where it is ours to change; else its owner gives a new one.
  const instanceKey = keys.source.file !== undefined;
  if (instanceKey) await keys.rewrap(randomBytes(32));
  const dropped = await store.write({ lane: 'interactive', durable: true }, async ({ tx }) => {
    await keys.lock(tx);
    const gone = await keys.dropUnused(tx, await keysInUse(tx, batch));
    await tx.deleteFrom('meta').where('key', '=', ROTATION).execute();
    return gone;
  });
  return { ...counts, dropped, instanceKey };

  async function reseal(tx: WriteContext['tx'], row: Row): Promise<void> {
    if (row.sealed.key === (await keys.current(tx))) return;
    let value: string;
    try {
      value = await keys.open(row.context, row.sealed);
    } catch {
      counts.unreadable += 1;
      return;
    }
    await row.store(tx, await keys.seal(tx, row.context, value));
    counts.resealed += 1;
  }
}

/** Another process may have changed the keys once more meanwhile: what counts is what stands in the rows now. */
async function keysInUse(tx: WriteContext['tx'], batch: number): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const rowsOf of TABLES) {
    let after: string | undefined = '';
    while (after !== undefined) {
      const rows: Row[] = await rowsOf(tx, after, batch);
      for (const row of rows) used.add(row.sealed.key);
      after = rows.length < batch ? undefined : rows.at(-1)?.id;
    }
  }
  return used;
}

/** Completes a change of keys that was interrupted; null when there is none. */
export async function resumeRotation(store: Store, keys: Keyring): Promise<Rotation | null> {
  const row = await store.db.selectFrom('meta').select('key').where('key', '=', ROTATION).executeTakeFirst();
  return row ? rotateKeys(store, keys) : null;
}
