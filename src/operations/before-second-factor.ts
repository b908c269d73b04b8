import type { FactorDue } from '../access/second-factor-rule.ts';
import { SentinelError } from '../lib/errors.ts';

const ALWAYS = [
  'account.get',
  'account.password',
  'account.secondFactors',
  'account.proof',
  'account.proofPasskey',
];
/** Only who has none yet: else a password would be enough to make another one in place of the one that is asked for. */
const ENROLMENT = ['account.totp', 'account.confirmTotp', 'account.passkeyOptions', 'account.addPasskey'];

/** All that a session can do which still lacks the second factor that is demanded of it. */
export const BEFORE_SECOND_FACTOR: Readonly<Record<FactorDue, ReadonlySet<string>>> = {
  prove: new Set(ALWAYS),
  enrol: new Set([...ALWAYS, ...ENROLMENT]),
};

export function secondFactorNeeded(due: FactorDue): SentinelError {
  return new SentinelError(
    'second-factor-needed',
    due === 'enrol'
      ? 'Your account needs a second factor and has none yet: set up an authenticator app or a passkey.'
      : 'Your account needs a second factor: show yours, by a code or a passkey.',
  );
}
