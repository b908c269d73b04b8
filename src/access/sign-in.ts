import { randomBytes } from 'node:crypto';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Store } from '../store/store.ts';
import { type Account, toAccount } from './accounts.ts';
import { INSTANCE } from './audit.ts';
import { openLockout } from './lockout.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export type SignIn = ReturnType<typeof openSignIn>;

/** Proof of identity with a password. Unknown name and wrong password cannot be told apart, by answer or by time. */
export function openSignIn(store: Store) {
  const lockout = openLockout(store);
  let dummy: Promise<string> | undefined;

  /** Throws `wrong-credentials` or `too-many-attempts`. */
  async function withPassword(login: string, password: string, address: string): Promise<Account> {
    const name = login.trim().toLowerCase();
    const keys = [`login:${name}`.slice(0, 200), `address:${address}`];
    await lockout.check(keys);
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
      await refuse(keys, name, user?.id);
      throw new SentinelError('wrong-credentials', 'Name or password is wrong.');
    }
    await lockout.clear([keys[0] as string]);
    return toAccount(user);
  }

  async function refuse(keys: readonly string[], name: string, user?: string): Promise<void> {
    await lockout.fail(keys);
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

  return { lockout, withPassword, refuse };
}
