import { randomBytes } from 'node:crypto';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Store } from '../store/store.ts';
import { type Account, toAccount } from './accounts.ts';
import { INSTANCE } from './audit.ts';
import { accountKey, addressKey, openLockout, refusal } from './lockout.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export type SignIn = ReturnType<typeof openSignIn>;

/** Proof of identity with a password. Unknown name and wrong password cannot be told apart, by answer or by time. */
export function openSignIn(store: Store) {
  const lockout = openLockout(store);
  let dummy: Promise<string> | undefined;

  /** Throws `wrong-credentials` or `too-many-attempts`. */
  async function withPassword(login: string, password: string, address: string): Promise<Account> {
    const name = login.trim().toLowerCase();
    // Where somebody signs in usually, failures are counted apart: strangers cannot lock them out there.
    const known = await lockout.isKnown(name, address);
    const account = accountKey(known ? `${name} @ ${address}` : name);
    const from = addressKey(address);
    // A locked address still lets those in who are at home there, and answers all others the same and at no cost.
    const wait = known ? await lockout.waits(from) : 0;
    await lockout.attempt(wait > 0 ? [account] : [account, from]);
    const user = await store.db
      .selectFrom('user_account')
      .selectAll()
      .where('login', '=', name)
      .where('disabled', '=', 0)
      .where('kind', '=', 'person')
      .executeTakeFirst();
    dummy ??= hashPassword(randomBytes(16).toString('hex'));
    const good = await verifyPassword(password, user?.password || (await dummy));
    if (!user || !good || user.password === '') {
      await refused(name, user?.id);
      if (wait > 0) throw refusal(wait * 1000);
      throw new SentinelError('wrong-credentials', 'Name or password is wrong.');
    }
    await lockout.succeed({ account, ...(wait > 0 ? {} : { address: from }) });
    return toAccount(user);
  }

  /** For the SIEM: somebody failed to prove that they are this account. */
  async function refused(name: string, user?: string): Promise<void> {
    await store.write({ lane: 'interactive' }, async ({ emit }) =>
      emit({
        type: 'session.refused',
        project: INSTANCE,
        actor: 'anonymous',
        subject: user ?? 'unknown',
        data: { name: visibleText(name).slice(0, 100) },
      }),
    );
  }

  return { lockout, withPassword, refused };
}
