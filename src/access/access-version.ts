import type { Kysely } from 'kysely';
import type { Database } from '../store/schema.ts';
import type { Store, WriteContext } from '../store/store.ts';

const KEY = 'access-version';
/** A wake-up that got lost (PostgreSQL, another host) is made up for after this time. */
const MAX_AGE_MS = 5_000;

/** Says in a transaction that what is kept in memory about accounts, roles, grants, tokens, sessions or projects is old. */
export async function accessChanged({ tx }: Pick<WriteContext, 'tx'>): Promise<void> {
  const known = await tx.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
  const value = String(Number(known?.value ?? 0) + 1);
  await tx
    .insertInto('meta')
    .values({ key: KEY, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

async function read(db: Kysely<Database>): Promise<string> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
  return row?.value ?? '0';
}

/** Answers that several servers share; each call may fail silently. Names carry the version, so what is old is never found. */
export interface SharedCache {
  get(name: string): Promise<{ value: unknown } | undefined>;
  set(name: string, value: unknown): void;
}

export interface AccessCache {
  /** What `load` gave for this key since the last change of access by any process. */
  get<T>(key: string, load: () => Promise<T>): Promise<T>;
  close(): void;
}

const MAX_ENTRIES = 20_000;

/**
 * Keeps answers about access until any process on this store changes it: a commit makes the next look compare the version,
 * which is one indexed read. An answer is never used after a change that its reader could know of.
 */
export function openAccessCache(store: Store, shared?: SharedCache): AccessCache {
  let entries = new Map<string, Promise<unknown>>();
  let version = '';
  let checked = 0;
  let stale = true;
  let checking: Promise<void> | undefined;
  const stop = store.onCommit(() => {
    stale = true;
  });

  async function check(): Promise<void> {
    stale = false;
    const now = await read(store.db);
    checked = Date.now();
    if (now !== version) entries = new Map();
    version = now;
  }

  return {
    async get<T>(key: string, load: () => Promise<T>): Promise<T> {
      if (stale || Date.now() - checked > MAX_AGE_MS) {
        checking = check().finally(() => {
          checking = undefined;
        });
        await checking;
      } else if (checking) await checking;
      const known = entries.get(key);
      if (known) return known as Promise<T>;
      if (entries.size >= MAX_ENTRIES) entries.clear();
      const loading = shared ? loadShared(`${store.epoch}:${version}:${key}`, load, shared) : load();
      const held = entries;
      held.set(key, loading);
      loading.catch(() => held.delete(key));
      return loading;
    },
    close: stop,
  };
}

async function loadShared<T>(name: string, load: () => Promise<T>, shared: SharedCache): Promise<T> {
  const found = await shared.get(name);
  if (found) return found.value as T;
  const value = await load();
  shared.set(name, value);
  return value;
}
