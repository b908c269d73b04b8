import * as z from 'zod';
import type { Account } from '../access/accounts.ts';
import { SentinelError } from '../lib/errors.ts';
import type { WriteContext } from '../store/store.ts';
import type { BrowserSession, From, OperationContext } from './operation.ts';

export const Entered = z.object({
  user: z.object({ id: z.string(), login: z.string(), name: z.string() }),
});

/** The end of every sign-in: a new session, whose cookie the browser gets when all of it is stored. */
export async function enter<T extends Pick<Account, 'id' | 'login' | 'name'>>(
  context: OperationContext,
  method: string,
  work: (write: WriteContext) => Promise<T>,
): Promise<{ user: T }> {
  const { sessions, signIn } = context.services;
  const { from } = context;
  const browser = browserOf(from);
  const { account, value } = await context.change(async (write) => {
    const account = await work(write);
    await refuseLocked(write, account.id);
    await signIn.lockout.remember(write, account.login, from.address);
    const { address, agent } = from;
    return {
      account,
      value: await sessions.open(write, account.id, { address, agent, method, before: browser.value }),
    };
  });
  browser.open(value);
  return { user: account };
}

export function browserOf(from: From): BrowserSession {
  if (!from.browser) throw new SentinelError('browser-needed', 'A session is opened by a browser only.');
  return from.browser;
}

/** A person who is signed in at a browser: a token that was stolen must not take the account over. */
export function sessionOf({ caller }: OperationContext): { user: string; session: string } {
  if (caller.via.kind === 'session' && caller.via.id !== null)
    return { user: caller.id, session: caller.via.id };
  throw new SentinelError('browser-needed', 'Sign in at the web page to do this.');
}

/** It may have been locked between the first and the second step. */
async function refuseLocked({ tx }: WriteContext, user: string): Promise<void> {
  const row = await tx
    .selectFrom('user_account')
    .select('disabled')
    .where('id', '=', user)
    .where('kind', '=', 'person')
    .executeTakeFirst();
  if (row?.disabled !== 0) throw new SentinelError('account-locked', 'The account is locked.');
}
