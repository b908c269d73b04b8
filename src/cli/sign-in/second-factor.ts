import * as z from 'zod';
import { SentinelError } from '../../lib/errors.ts';
import { OPERATIONS } from '../../operations/all.ts';
import type { AnyOperation } from '../../operations/operation.ts';
import type { BrowserLikeSession } from './browser-session.ts';

/** What a sign-in answers when the password alone is not enough. */
const FactorDue = z.object({
  secondFactor: z.object({ ticket: z.string(), methods: z.array(z.string()) }),
});

const WITH_CODE = ['totp', 'recovery-code'];

/** Gives the code that a sign-in asks for, if it does. A passkey needs a browser. */
export async function passSecondFactor(
  browser: BrowserLikeSession,
  entered: unknown,
  askCode: () => Promise<string>,
): Promise<void> {
  const due = FactorDue.safeParse(entered);
  if (!due.success) return;
  const { ticket, methods } = due.data.secondFactor;
  if (!methods.some((method) => WITH_CODE.includes(method)))
    throw new SentinelError(
      'unsupported',
      "The second factor of this account needs a browser. Make a token on its page there, then: 'sentinelx login --server URL --token-stdin'.",
    );
  const code = (await askCode()).replaceAll(/\s/g, '');
  await browser.call(secondFactor(), { ticket, code }, z.unknown());
}

function secondFactor(): AnyOperation {
  const found = (OPERATIONS as readonly AnyOperation[]).find(({ path }) => path === '/auth/second-factor');
  if (found) return found;
  throw new SentinelError('unsupported', 'This release knows no second factor: take a newer one.');
}
