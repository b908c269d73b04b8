import { randomInt } from 'node:crypto';
import type { Store, WriteContext } from '../store/store.ts';
import { digest } from './digest.ts';

const CODES = 10;
/** Crockford's letters: none looks like another. 16 of them are 80 bits, which a stolen hash does not give away. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUPS = 4;
const GROUP = 4;

export type RecoveryCodes = ReturnType<typeof openRecoveryCodes>;

/** Codes for the day on which the telephone is gone; each works once, the store has their hashes only. */
export function openRecoveryCodes(store: Store) {
  /** New ones, shown once; the old ones end. */
  async function replace({ tx }: Pick<WriteContext, 'tx'>, user: string): Promise<string[]> {
    const codes = Array.from({ length: CODES }, newCode);
    await tx.deleteFrom('recovery_code').where('user', '=', user).execute();
    await tx
      .insertInto('recovery_code')
      .values(codes.map((code) => ({ user, hash: hashOf(user, code), used: null })))
      .execute();
    return codes;
  }

  async function left(user: string): Promise<number> {
    const row = await store.db
      .selectFrom('recovery_code')
      .select((e) => e.fn.countAll().as('count'))
      .where('user', '=', user)
      .where('used', 'is', null)
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  }

  /** True when it was right and unused; then it is used. */
  async function use({ tx }: Pick<WriteContext, 'tx'>, user: string, code: string): Promise<boolean> {
    const result = await tx
      .updateTable('recovery_code')
      .set({ used: Date.now() })
      .where('user', '=', user)
      .where('hash', '=', hashOf(user, code))
      .where('used', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  async function remove({ tx }: Pick<WriteContext, 'tx'>, user: string): Promise<void> {
    await tx.deleteFrom('recovery_code').where('user', '=', user).execute();
  }

  return { replace, left, use, remove };
}

function newCode(): string {
  const group = () => Array.from({ length: GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** As people type it: capitals, spaces, and letters that look like digits. */
function hashOf(user: string, code: string): string {
  const plain = code.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return digest(`recovery:${user}:${plain}`);
}
