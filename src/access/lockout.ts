import { SentinelError } from '../lib/errors.ts';
import type { Store } from '../store/store.ts';

/** After this many failures each further one doubles the wait. */
const FREE_ATTEMPTS = 5;
const MAX_WAIT_MS = 15 * 60_000;
/** Failures are forgotten after this time without another one. */
const FORGET_MS = 24 * 3600_000;

export type Lockout = ReturnType<typeof openLockout>;

/** Failed attempts per account and per address, with a growing wait; kept in the store, so that a restart forgets nothing. */
export function openLockout(store: Store) {
  /** Throws `too-many-attempts` with the time to wait. */
  async function check(keys: readonly string[]): Promise<void> {
    const row = await store.db
      .selectFrom('lockout')
      .select('until')
      .where('key', 'in', keys)
      .orderBy('until', 'desc')
      .limit(1)
      .executeTakeFirst();
    const wait = (row?.until ?? 0) - Date.now();
    if (wait <= 0) return;
    const seconds = Math.ceil(wait / 1000);
    throw new SentinelError('too-many-attempts', `Too many attempts: try again in ${seconds} s.`, {
      retryAfter: seconds,
    });
  }

  async function fail(keys: readonly string[]): Promise<void> {
    const now = Date.now();
    await store.write({ lane: 'interactive' }, async ({ tx }) => {
      await tx
        .deleteFrom('lockout')
        .where('updated', '<', now - FORGET_MS)
        .execute();
      for (const key of keys) {
        const row = await tx
          .selectFrom('lockout')
          .select('failures')
          .where('key', '=', key)
          .executeTakeFirst();
        const failures = (row?.failures ?? 0) + 1;
        const values = { failures, until: now + waitAfter(failures), updated: now };
        await tx
          .insertInto('lockout')
          .values({ key, ...values })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(values))
          .execute();
      }
    });
  }

  async function clear(keys: readonly string[]): Promise<void> {
    const known = await store.db.selectFrom('lockout').select('key').where('key', 'in', keys).execute();
    if (known.length === 0) return;
    await store.write({ lane: 'interactive' }, ({ tx }) =>
      tx.deleteFrom('lockout').where('key', 'in', keys).execute(),
    );
  }

  return { check, fail, clear };
}

export function waitAfter(failures: number): number {
  return failures <= FREE_ATTEMPTS ? 0 : Math.min(MAX_WAIT_MS, 1000 * 2 ** (failures - FREE_ATTEMPTS));
}
