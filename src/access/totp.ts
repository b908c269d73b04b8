import { SentinelError } from '../lib/errors.ts';
import type { Store, WriteContext } from '../store/store.ts';
import type { Keyring } from './keyring.ts';
import { packSealed, totpContext, unpackSealed } from './sealed-text.ts';

export const TOTP_CODE = /^\d{6}$/;
const ISSUER = 'SentinelX';
const STEP_SECONDS = 30;

export interface TotpState {
  created: number;
  confirmed: number | null;
}

export type Totp = ReturnType<typeof openTotp>;

/** Codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 s, one step of tolerance to either side). */
export function openTotp(store: Store, keyring: Pick<Keyring, 'seal' | 'read'>) {
  async function state(user: string): Promise<TotpState | null> {
    const row = await store.db
      .selectFrom('totp')
      .select(['created', 'confirmed'])
      .where('user', '=', user)
      .executeTakeFirst();
    return row ?? null;
  }

  /** Counts only when a first code has confirmed it. An earlier beginning is replaced. Throws `conflict` when one is set up. */
  async function begin({ tx }: WriteContext, user: string, login: string) {
    await tx.deleteFrom('totp').where('user', '=', user).where('confirmed', 'is', null).execute();
    const known = await tx.selectFrom('totp').select('user').where('user', '=', user).executeTakeFirst();
    if (known)
      throw new SentinelError('already-exists', 'An authenticator app is set up already: remove it first.');
    const { generateSecret, generateURI } = await import('otplib');
    const secret = generateSecret();
    const sealed = packSealed(await keyring.seal(tx, totpContext(user), secret));
    await tx
      .insertInto('totp')
      .values({ user, secret: sealed, confirmed: null, last_step: 0, created: Date.now() })
      .execute();
    return { secret, uri: generateURI({ issuer: ISSUER, label: login, secret }) };
  }

  /** The step of a right code, else undefined. It is used up with `use`. What is not confirmed opens nothing. */
  async function check(
    user: string,
    code: string,
    of: 'confirmed' | 'unconfirmed' = 'confirmed',
  ): Promise<number | undefined> {
    let after = 0;
    const secret = await keyring.read(totpContext(user), async () => {
      const row = await store.db
        .selectFrom('totp')
        .select(['secret', 'last_step'])
        .where('user', '=', user)
        .where('confirmed', of === 'confirmed' ? 'is not' : 'is', null)
        .executeTakeFirst();
      if (!row) return undefined;
      after = row.last_step;
      return unpackSealed(row.secret);
    });
    return secret === undefined ? undefined : totpStep({ secret, code, now: Date.now(), after });
  }

  /** False when this code, or a later one, was used before: of two at once one gets through. */
  async function use({ tx }: Pick<WriteContext, 'tx'>, user: string, step: number): Promise<boolean> {
    const result = await tx
      .updateTable('totp')
      .set({ last_step: step })
      .where('user', '=', user)
      .where('last_step', '<', step)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  async function confirm({ tx }: Pick<WriteContext, 'tx'>, user: string): Promise<void> {
    await tx
      .updateTable('totp')
      .set({ confirmed: Date.now() })
      .where('user', '=', user)
      .where('confirmed', 'is', null)
      .execute();
  }

  /** False when there was none. */
  async function remove({ tx }: Pick<WriteContext, 'tx'>, user: string): Promise<boolean> {
    const result = await tx.deleteFrom('totp').where('user', '=', user).executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  return { state, begin, check, use, confirm, remove };
}

/** Which step a code belongs to; undefined when it is wrong, too old or not newer than `after`. `now` in ms. */
export async function totpStep({
  secret,
  code,
  now,
  after,
}: {
  secret: string | Uint8Array;
  code: string;
  now: number;
  after: number;
}): Promise<number | undefined> {
  if (!TOTP_CODE.test(code)) return undefined;
  const current = Math.floor(now / 1000 / STEP_SECONDS);
  // A clock that was set back: nothing in reach is newer than what was used.
  if (after > current + 1) return undefined;
  const { verifySync } = await import('otplib');
  const result = verifySync({
    secret,
    token: code,
    epoch: Math.floor(now / 1000),
    epochTolerance: STEP_SECONDS,
    ...(after > 0 ? { afterTimeStep: after } : {}),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}
