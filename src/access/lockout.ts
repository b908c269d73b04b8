import { SentinelError } from '../lib/errors.ts';
import type { Store, WriteContext } from '../store/store.ts';

export interface LockKey {
  key: string;
  /** So many attempts cost nothing; each further one doubles the wait. */
  free: number;
  maxWaitMs: number;
}

/** Failures are forgotten after this time without another one. */
const FORGET_MS = 24 * 3600_000;
/** So long an account is known at an address where it signed in. */
const KNOWN_MS = 30 * 24 * 3600_000;
const KNOWN = 'known:';

/** Guesses at one password or one second factor. */
export function accountKey(key: string): LockKey {
  return { key: `account:${key}`.slice(0, 300), free: 5, maxWaitMs: 15 * 60_000 };
}

/**
 * Guesses at many accounts from one address, behind which a whole company may sit: it takes more, and holds for a minute at
 * most.
 */
export function addressKey(address: string): LockKey {
  return { key: `address:${networkOf(address)}`.slice(0, 300), free: 50, maxWaitMs: 60_000 };
}

/** With IPv6 everybody has a whole /64 to guess from. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(zeros).fill('0'), ...back].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

export type Lockout = ReturnType<typeof openLockout>;

/** Failed attempts with a growing wait; kept in the store, so that a restart forgets nothing and all servers count together. */
export function openLockout(store: Store) {
  /**
   * Counts an attempt *before* it is looked at, so that a thousand at once are a thousand: the one that turns out right is
   * taken back with `succeed`. Throws `too-many-attempts` with the time to wait.
   */
  async function attempt(keys: readonly LockKey[]): Promise<void> {
    await store.write({ lane: 'interactive' }, async ({ tx }) => {
      const now = Date.now();
      await forget(tx, now);
      // Always in this order: two transactions never wait for each other.
      for (const lock of [...keys].sort((a, b) => (a.key < b.key ? -1 : 1))) {
        const row = await tx
          .insertInto('lockout')
          .values({ key: lock.key, failures: 1, until: 0, updated: now })
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet((e) => ({
              failures: e('lockout.failures', '+', 1),
              updated: now,
            })),
          )
          .returning(['failures', 'until'])
          .executeTakeFirstOrThrow();
        // Thrown in the transaction: what was counted above is taken back with it.
        if (row.until > now) throw refusal(row.until - now);
        const wait = waitAfter(row.failures, lock);
        if (wait > 0)
          await tx
            .updateTable('lockout')
            .set({ until: now + wait })
            .where('key', '=', lock.key)
            .execute();
      }
    });
  }

  /** The attempt was right: failures of the account are forgotten, those of the address are less by this one. */
  async function succeed({ account, address }: { account: LockKey; address?: LockKey }): Promise<void> {
    await store.write({ lane: 'interactive' }, async ({ tx }) => {
      await tx.deleteFrom('lockout').where('key', '=', account.key).execute();
      if (address)
        await tx
          .updateTable('lockout')
          .set((e) => ({ failures: e('failures', '-', 1) }))
          .where('key', '=', address.key)
          .where('failures', '>', 0)
          .execute();
    });
  }

  /** Seconds until this address may try again; 0 when it may. */
  async function waits({ key }: LockKey): Promise<number> {
    const row = await store.db
      .selectFrom('lockout')
      .select('until')
      .where('key', '=', key)
      .executeTakeFirst();
    return Math.max(0, Math.ceil(((row?.until ?? 0) - Date.now()) / 1000));
  }

  async function isKnown(login: string, address: string): Promise<boolean> {
    const row = await store.db
      .selectFrom('lockout')
      .select('key')
      .where('key', '=', knownKey(login, address))
      .where('updated', '>', Date.now() - KNOWN_MS)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Somebody signed in completely from here. */
  async function remember({ tx }: Pick<WriteContext, 'tx'>, login: string, address: string): Promise<void> {
    const updated = Date.now();
    await tx
      .insertInto('lockout')
      .values({ key: knownKey(login, address), failures: 0, until: 0, updated })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ updated }))
      .execute();
  }

  return { attempt, succeed, waits, isKnown, remember };
}

export function refusal(waitMs: number): SentinelError {
  const seconds = Math.ceil(waitMs / 1000);
  return new SentinelError('too-many-attempts', `Too many attempts: try again in ${seconds} s.`, {
    retryAfter: seconds,
  });
}

export function waitAfter(failures: number, { free, maxWaitMs }: LockKey): number {
  return failures <= free ? 0 : Math.min(maxWaitMs, 1000 * 2 ** (failures - free));
}

function knownKey(login: string, address: string): string {
  return `${KNOWN}${address} ${login}`.slice(0, 300);
}

async function forget(tx: WriteContext['tx'], now: number): Promise<void> {
  await tx
    .deleteFrom('lockout')
    .where((e) =>
      e.or([
        e('updated', '<', now - KNOWN_MS),
        e.and([e('updated', '<', now - FORGET_MS), e('key', 'not like', `${KNOWN}%`)]),
      ]),
    )
    .execute();
}
