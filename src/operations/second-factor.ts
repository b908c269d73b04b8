import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { challengeId } from '../access/challenges.ts';
import { SentinelError } from '../lib/errors.ts';
import { ownId } from './account.ts';
import { requireAuthorityOver } from './authority.ts';
import { Entered, enter, sessionOf } from './enter.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';
import { PasskeyResponse, PasskeyView, provenPasskey, Ticket } from './passkey-proof.ts';

/** Six digits of the app, or a recovery code. */
const Code = z
  .string()
  .trim()
  .min(6)
  .max(40)
  .meta({ examples: ['123456'] });
const RecoveryCodeList = z.object({ recoveryCodes: z.array(z.string()) });

export const authSecondFactor = defineOperation({
  id: 'auth.secondFactor',
  summary: 'Complete a sign-in with a code of the authenticator app, or with a recovery code',
  method: 'POST',
  path: '/auth/second-factor',
  permission: 'public',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ ticket: Ticket, code: Code }),
  output: Entered,
  cli: 'sign-in code',
  async handler(context, { body }) {
    const { accounts, secondFactors } = context.services;
    context.audit({ project: INSTANCE });
    const ticket = await secondFactors.challenges.spend('second-factor', challengeId(body.ticket));
    const account = await accounts.get(ticket.user ?? '');
    context.audit({ subject: account.id });
    const checked = await secondFactors.checkCode(account.id, body.code);
    context.audit({ after: { secondFactor: checked.method } });
    const entered = await enter(context, `password+${checked.method}`, async (write) => {
      await checked.use(write);
      await secondFactors.challenges.drop(write, ticket.id);
      return account;
    }).catch(async (error: unknown) => {
      if (error instanceof SentinelError && error.code === 'wrong-code')
        await context.services.signIn.refused(account.login, account.id);
      throw error;
    });
    await secondFactors.succeed(account.id);
    return entered;
  },
});

export const accountSecondFactors = defineOperation({
  id: 'account.secondFactors',
  summary:
    'My second factors: authenticator app, recovery codes, passkeys, and where I sign in from elsewhere',
  method: 'GET',
  path: '/account/second-factors',
  permission: 'self',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    totp: z.object({ created: z.int(), confirmed: z.int().nullable() }).nullable(),
    recoveryCodesLeft: z.int(),
    passkeys: z.array(PasskeyView),
    /** Of single sign-on, that know me. */
    providers: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
  cli: 'account second-factors',
  async handler(context) {
    const { secondFactors, oidc, store } = context.services;
    const user = ownId(context);
    const linked = await store.db
      .selectFrom('oidc_identity')
      .select('issuer')
      .where('user', '=', user)
      .execute();
    return {
      totp: await secondFactors.totp.state(user),
      recoveryCodesLeft: await secondFactors.recoveryCodes.left(user),
      passkeys: await secondFactors.passkeys.list(user),
      providers: oidc
        .list()
        .filter(({ id }) => linked.some(({ issuer }) => issuer === oidc.provider(id).issuer)),
    };
  },
});

export const totpBegin = defineOperation({
  id: 'account.totp',
  summary:
    'Begin to set up an authenticator app (at the web page); it counts when its first code is confirmed',
  method: 'POST',
  path: '/account/totp',
  permission: 'self',
  audited: true,
  sensitive: true,
  shownOnce: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    secret: z.string(),
    /** `otpauth://…`, for a QR code. */
    uri: z.string(),
  }),
  cli: 'account totp',
  async handler(context) {
    const { accounts, secondFactors } = context.services;
    const { user } = sessionOf(context);
    const { login } = await accounts.get(user);
    context.audit({ subject: user, project: INSTANCE });
    return context.change((write) => secondFactors.totp.begin(write, user, login));
  },
});

export const totpConfirm = defineOperation({
  id: 'account.confirmTotp',
  summary:
    'Confirm the authenticator app with its first code; the answer holds new recovery codes, shown once',
  method: 'POST',
  path: '/account/totp/confirm',
  permission: 'self',
  audited: true,
  shownOnce: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ code: Code }),
  output: RecoveryCodeList,
  cli: 'account confirm-totp',
  async handler(context, { body }) {
    const { secondFactors, sessions } = context.services;
    const { user, session } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE });
    const begun = await secondFactors.totp.state(user);
    if (!begun || begun.confirmed !== null)
      throw new SentinelError('not-found', 'No authenticator app is being set up: begin first.');
    const checked = await secondFactors.checkFirstCode(user, body.code);
    const recoveryCodes = await context.change(async (write) => {
      await checked.use(write);
      await secondFactors.totp.confirm(write, user);
      await sessions.verify(write, session, checked.method);
      context.audit({ after: { totp: 'set up' } });
      return secondFactors.recoveryCodes.replace(write, user);
    });
    await secondFactors.succeed(user);
    return { recoveryCodes };
  },
});

export const totpRemove = defineOperation({
  id: 'account.removeTotp',
  summary: 'Remove my authenticator app',
  method: 'DELETE',
  path: '/account/totp',
  permission: 'self',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'account remove-totp',
  async handler(context) {
    const { secondFactors } = context.services;
    const { user } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE, before: { totp: 'set up' } });
    await context.change(async (write) => {
      if (!(await secondFactors.totp.remove(write, user)))
        throw new SentinelError('not-found', 'No authenticator app is set up.');
      if (await secondFactors.tidy(write, user)) await refuseWithout(context, user);
      await secondFactors.challenges.dropAll(write, user);
    });
    return {};
  },
});

export const recoveryCodesRenew = defineOperation({
  id: 'account.recoveryCodes',
  summary: 'New recovery codes, shown once; the old ones end',
  method: 'POST',
  path: '/account/recovery-codes',
  permission: 'self',
  audited: true,
  sensitive: true,
  shownOnce: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: RecoveryCodeList,
  cli: 'account recovery-codes',
  async handler(context) {
    const { secondFactors } = context.services;
    const { user } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE });
    if ((await secondFactors.methods(user)).length === 0)
      throw new SentinelError('not-possible-now', 'Set up an authenticator app or a passkey first.');
    return {
      recoveryCodes: await context.change((write) => secondFactors.recoveryCodes.replace(write, user)),
    };
  },
});

export const accountProof = defineOperation({
  id: 'account.proof',
  summary: 'Prove again who I am: by password, by code when a second factor is set up, or by passkey',
  method: 'POST',
  path: '/account/proof',
  permission: 'self',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({
    password: z.string().min(1).max(1000).optional(),
    code: Code.optional(),
    ticket: Ticket.optional(),
    response: PasskeyResponse.optional(),
  }),
  output: z.object({ verified: z.int() }),
  cli: 'account proof',
  async handler(context, { body }) {
    const { accounts, secondFactors, sessions, signIn } = context.services;
    const { user, session } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE });
    if (body.ticket !== undefined && body.response !== undefined) {
      const { ticket, response } = body;
      const { passkey } = await provenPasskey(context, 'passkey-proof', { ticket, response, user });
      context.audit({ after: { by: 'passkey' } });
      return {
        verified: await context.change(async (write) => {
          await secondFactors.passkeys.use(write, passkey);
          return sessions.verify(write, session, 'passkey');
        }),
      };
    }
    const factors = await secondFactors.methods(user);
    const account = await accounts.get(user);
    if (factors.length > 0 && body.code === undefined)
      throw missing('code', 'is needed, or a passkey: this account has a second factor');
    if (factors.length === 0 && body.password === undefined)
      throw missing(
        'password',
        account.hasPassword
          ? 'is needed'
          : 'is not set for this account: prove it by signing in again at the provider of single sign-on',
      );
    if (body.password !== undefined)
      await signIn.withPassword(account.login, body.password, context.from.address);
    const checked = factors.length > 0 ? await secondFactors.checkCode(user, body.code ?? '') : undefined;
    context.audit({ after: { by: checked?.method ?? 'password' } });
    const verified = await context.change(async (write) => {
      await checked?.use(write);
      return sessions.verify(write, session, checked?.method);
    });
    if (checked) await secondFactors.succeed(user);
    return { verified };
  },
});

export const userResetSecondFactors = defineOperation({
  id: 'users.resetSecondFactors',
  summary: 'Take away the second factors of somebody who lost them, and sign them out',
  method: 'DELETE',
  path: '/users/{id}/second-factors',
  permission: 'user:write',
  audited: true,
  sensitive: true,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: z.object({ endedSessions: z.int() }),
  cli: 'user reset-second-factors',
  async handler(context, { path }) {
    const { accounts, secondFactors, sessions } = context.services;
    const account = await accounts.get(path.id);
    await requireAuthorityOver(context, path.id);
    context.audit({
      subject: path.id,
      project: INSTANCE,
      before: { secondFactors: await secondFactors.methods(path.id) },
    });
    return {
      endedSessions: await context.change(async (write) => {
        for (const table of ['totp', 'recovery_code', 'passkey'] as const)
          await write.tx.deleteFrom(table).where('user', '=', account.id).execute();
        return sessions.endAll(write, account.id);
      }),
    };
  },
});

/** In the transaction that took the last one away. */
export async function refuseWithout({ services }: OperationContext, user: string): Promise<void> {
  if (await services.secondFactorRule.concerns(user))
    throw new SentinelError(
      'not-possible-now',
      'This account must keep a second factor: set up another one first.',
    );
}

function missing(field: string, message: string): SentinelError {
  return new SentinelError('invalid-parameter', `${field}: ${message}.`, { fields: [{ field, message }] });
}
