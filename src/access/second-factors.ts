import { SentinelError } from '../lib/errors.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { type Challenges, openChallenges } from './challenges.ts';
import type { Keyring } from './keyring.ts';
import { accountKey, type Lockout } from './lockout.ts';
import { openPasskeys, type Passkeys } from './passkeys.ts';
import { openRecoveryCodes, type RecoveryCodes } from './recovery-codes.ts';
import { openTotp, TOTP_CODE, type Totp } from './totp.ts';

export const SECOND_FACTORS = ['totp', 'recovery-code', 'passkey'] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

export interface SecondFactors {
  totp: Totp;
  recoveryCodes: RecoveryCodes;
  passkeys: Passkeys;
  challenges: Challenges;
  /** What an account has set up; empty: a password is enough. */
  methods(user: string): Promise<SecondFactor[]>;
  /** Counts the attempt and looks at the code; `use` it in the transaction of what it opens. Throws `too-many-attempts`. */
  checkCode(user: string, code: string): Promise<CheckedCode>;
  /** The same for the first code of an app that is being set up. */
  checkFirstCode(user: string, code: string): Promise<CheckedCode>;
  /** The account has been proved: earlier failures are forgotten. */
  succeed(user: string): Promise<void>;
  /** After one was taken away: recovery codes without anything to recover end too. True when none is left. */
  tidy(context: WriteContext, user: string): Promise<boolean>;
}

export interface CheckedCode {
  method: 'totp' | 'recovery-code';
  /** Throws `wrong-code`. */
  use(context: Pick<WriteContext, 'tx'>): Promise<void>;
}

/** What an account has besides its password. */
export function openSecondFactors(
  store: Store,
  options: { keyring: Pick<Keyring, 'seal' | 'read'>; lockout: Lockout; publicUrl: string | undefined },
): SecondFactors {
  const totp = openTotp(store, options.keyring);
  const recoveryCodes = openRecoveryCodes(store);
  const passkeys = openPasskeys(store, options.publicUrl);
  const checkedStep = (user: string, step: number | undefined): CheckedCode => ({
    method: 'totp',
    async use(context) {
      if (step === undefined || !(await totp.use(context, user, step))) throw wrongCode();
    },
  });
  const lock = (user: string) => accountKey(`second-factor ${user}`);

  return {
    totp,
    recoveryCodes,
    passkeys,
    challenges: openChallenges(store),
    async methods(user) {
      const [app, keys] = await Promise.all([totp.state(user), passkeys.list(user)]);
      const found: SecondFactor[] = [];
      if (app?.confirmed) found.push('totp');
      if (keys.length > 0) found.push('passkey');
      if (found.length > 0 && (await recoveryCodes.left(user)) > 0) found.push('recovery-code');
      return found;
    },
    async checkCode(user, code) {
      await options.lockout.attempt([lock(user)]);
      const text = code.trim();
      const digits = text.replace(/\s/g, '');
      if (!TOTP_CODE.test(digits))
        return {
          method: 'recovery-code',
          async use(context) {
            if (!(await recoveryCodes.use(context, user, text))) throw wrongCode();
          },
        };
      return checkedStep(user, await totp.check(user, digits));
    },
    async checkFirstCode(user, code) {
      await options.lockout.attempt([lock(user)]);
      return checkedStep(user, await totp.check(user, code.replace(/\s/g, ''), 'unconfirmed'));
    },
    succeed: (user) => options.lockout.succeed({ account: lock(user) }),
    async tidy({ tx }, user) {
      const app = await tx
        .selectFrom('totp')
        .select('user')
        .where('user', '=', user)
        .where('confirmed', 'is not', null)
        .executeTakeFirst();
      const key = await tx.selectFrom('passkey').select('id').where('user', '=', user).executeTakeFirst();
      const none = !app && !key;
      if (none) await recoveryCodes.remove({ tx }, user);
      return none;
    },
  };
}

export function wrongCode(): SentinelError {
  return new SentinelError('wrong-code', 'The code is wrong, too old or used already.');
}
