import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import type { Expected } from '../access/oidc.ts';
import { BY_PROVIDER } from '../access/second-factor-rule.ts';
import { accountFor, accountOf, applyRoles, link, rolesOf } from '../access/sso-accounts.ts';
import { SentinelError } from '../lib/errors.ts';
import { secondFactorNeeded } from './before-second-factor.ts';
import { Entered, enter } from './enter.ts';
import { FRESH_MS } from './invoke.ts';
import { type Caller, defineOperation, type OperationContext } from './operation.ts';
import { NONE } from './paging.ts';
import type { Services } from './services.ts';

/** To sign in, to prove again who one is, or to connect the identity with the account that is signed in. */
export type SsoPurpose = 'sign-in' | 'prove' | 'link';

/** Long enough to sign in at the provider, with its own second factor. */
export const SSO_MS = 10 * 60_000;

const Pending = z.object({
  provider: z.string(),
  purpose: z.enum(['sign-in', 'prove', 'link']),
  /** Of the session that proves or connects. */
  session: z.string().nullable(),
  returnTo: z.string(),
  expected: z.custom<Expected>((value) => typeof value === 'object' && value !== null),
});
type Pending = z.output<typeof Pending>;

/** Where the browser goes; the ticket stays with it in a cookie. */
export async function startSso(
  services: Services,
  caller: Caller,
  wanted: { provider: string; purpose: SsoPurpose; redirect: string; returnTo: string },
): Promise<{ url: string; ticket: string }> {
  const { purpose, returnTo } = wanted;
  if (purpose !== 'sign-in' && caller.via.kind !== 'session')
    throw new SentinelError('unauthenticated', 'Sign in first.');
  if (purpose === 'link' && caller.secondFactorDue !== undefined)
    throw secondFactorNeeded(caller.secondFactorDue);
  if (purpose === 'link' && Date.now() - caller.verified > FRESH_MS)
    throw new SentinelError('proof-needed', 'This needs a fresh proof of who you are.');
  const provider = services.oidc.provider(wanted.provider);
  const fresh = purpose === 'prove';
  const { url, expected } = await services.oidc.start(provider, { redirect: wanted.redirect, fresh });
  const session = purpose === 'sign-in' ? null : caller.via.id;
  const data: Pending = { provider: provider.id, purpose, session, returnTo, expected };
  const user = purpose === 'sign-in' ? null : caller.id;
  const ticket = await services.store.write({ lane: 'interactive' }, (write) =>
    services.secondFactors.challenges.issue(write, 'single-sign-on', { user, data, lifeMs: SSO_MS }),
  );
  return { url, ticket };
}

/**
 * The way back from the provider. It has a route of its own, because a browser comes there by a link and goes on by one; as an
 * operation it is audited like every other sign-in.
 */
export const ssoReturn = defineOperation({
  id: 'auth.sso',
  summary: 'Sign in by single sign-on',
  method: 'GET',
  path: '/auth/oidc/{provider}/callback',
  permission: 'public',
  audited: true,
  pathParams: z.object({ provider: z.string().max(100) }),
  query: NONE,
  body: z.object({ ticket: z.string().min(1).max(100), query: z.string().max(20_000) }),
  output: Entered.extend({ returnTo: z.string() }),
  cli: 'sign-in sso',
  async handler(context, { path, body }) {
    const { oidc, secondFactors } = context.services;
    context.audit({ project: INSTANCE, after: { provider: path.provider } });
    const { user, data } = await secondFactors.challenges.redeem('single-sign-on', body.ticket);
    const pending = Pending.parse(JSON.parse(data));
    const provider = oidc.provider(pending.provider);
    if (provider.id !== path.provider)
      throw new SentinelError('sso-refused', 'The answer is not of the provider that was asked.');
    const identity = await oidc.finish(provider, body.query, pending.expected);
    const entered =
      pending.purpose === 'sign-in'
        ? await signIn(context, { identity, provider })
        : await proveOrLink(context, { identity, provider }, { ...pending, user: user ?? '' });
    return { ...entered, returnTo: pending.returnTo };
  },
});

type From = Parameters<typeof accountFor>[2];

async function signIn(context: OperationContext, from: From) {
  const { accounts, grants } = context.services;
  // The first account is made with the printed token: who comes first by single sign-on would be nobody's choice.
  if (await accounts.setupNeeded()) throw new SentinelError('setup-needed', 'There is no account yet.');
  const roles = await rolesOf(grants, from.provider, from.identity.groups);
  return enter(context, from.identity.secondFactor ? `oidc+${BY_PROVIDER}` : 'oidc', async (write) => {
    const account = await accountFor(write, accounts, from);
    await applyRoles(write, account.id, roles);
    context.audit({
      subject: account.id,
      after: {
        provider: from.provider.id,
        login: account.login,
        roles,
        ...(from.identity.secondFactor ? { secondFactor: 'by the provider' } : {}),
      },
    });
    return account;
  });
}

async function proveOrLink(
  context: OperationContext,
  { identity, provider }: From,
  { purpose, session, user }: { purpose: SsoPurpose; session: string | null; user: string },
) {
  const { accounts, sessions } = context.services;
  context.audit({ subject: user, after: { provider: provider.id, purpose } });
  const account = await accounts.get(user);
  await context.change(async (write) => {
    const owner = await accountOf(write, identity);
    if (owner !== undefined && owner.id !== user)
      throw new SentinelError('sso-refused', `The identity at ${provider.name} belongs to another account.`);
    if (purpose === 'link') {
      if (owner === undefined) await link(write, user, identity);
      return;
    }
    if (owner === undefined)
      throw new SentinelError('sso-refused', `The identity at ${provider.name} is not connected with you.`);
    await sessions.verify(write, session ?? '', identity.secondFactor ? BY_PROVIDER : undefined);
  });
  return { user: account };
}
