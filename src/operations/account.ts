import * as z from 'zod';
import { accessChanged } from '../access/access-version.ts';
import { checkedHash } from '../access/accounts.ts';
import { INSTANCE } from '../access/audit.ts';
import type { Session } from '../access/sessions.ts';
import { SentinelError } from '../lib/errors.ts';
import { Account, PersonName } from '../model/account.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const SessionView = z.object({
  id: z.string(),
  created: z.int(),
  seen: z.int(),
  expires: z.int(),
  address: z.string(),
  agent: z.string(),
  method: z.string(),
  current: z.boolean(),
});

export const accountGet = defineOperation({
  id: 'account.get',
  summary: 'My account',
  method: 'GET',
  path: '/account',
  permission: 'self',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Account,
  cli: 'account show',
  handler: (context) => context.services.accounts.get(ownId(context)),
});

export const accountUpdate = defineOperation({
  id: 'account.update',
  summary: 'Change my name',
  method: 'PATCH',
  path: '/account',
  permission: 'self',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({ name: PersonName }),
  output: Account,
  cli: 'account rename',
  async handler(context, { body }) {
    const id = ownId(context);
    const before = await context.services.accounts.get(id);
    context.match(before);
    context.audit({ subject: id, project: INSTANCE, before: { name: before.name }, after: body });
    await context.change(async (write) => {
      await write.tx
        .updateTable('user_account')
        .set({ name: body.name, updated: Date.now() })
        .where('id', '=', id)
        .execute();
      await accessChanged(write);
    });
    return { ...before, name: body.name };
  },
});

export const accountPassword = defineOperation({
  id: 'account.password',
  summary: 'Change my password; all other sessions end',
  method: 'POST',
  path: '/account/password',
  permission: 'self',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ current: z.string().min(1).max(1000), password: z.string().min(1).max(1000) }),
  output: z.object({ endedSessions: z.int() }),
  cli: 'account password',
  async handler(context, { body }) {
    const { accounts, sessions, signIn } = context.services;
    const account = await accounts.get(ownId(context));
    context.audit({ subject: account.id, project: INSTANCE });
    await signIn.withPassword(account.login, body.current, context.from.address);
    if (body.password.normalize('NFKC') === body.current.normalize('NFKC'))
      throw new SentinelError('invalid-parameter', 'password: must be another one than before.', {
        fields: [{ field: 'password', message: 'must be another one than before' }],
      });
    const password = await checkedHash(body.password, [account.login, account.name, account.email]);
    const endedSessions = await context.change(async (write) => {
      await write.tx
        .updateTable('user_account')
        .set({ password, must_change: 0, updated: Date.now() })
        .where('id', '=', account.id)
        .execute();
      return sessions.endAll(write, account.id, context.caller.via.id ?? undefined);
    });
    return { endedSessions };
  },
});

export const accountSessions = defineOperation({
  id: 'account.sessions',
  summary: 'Where I am signed in',
  method: 'GET',
  path: '/account/sessions',
  permission: 'self',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(SessionView),
  cli: 'account sessions',
  async handler(context) {
    const list = await context.services.sessions.list(ownId(context));
    return { items: list.map((session) => toView(session, context.caller.via.id)), nextCursor: null };
  },
});

export const accountEndSession = defineOperation({
  id: 'account.endSession',
  summary: 'End one of my sessions',
  method: 'DELETE',
  path: '/account/sessions/{id}',
  permission: 'self',
  audited: true,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'account end-session',
  async handler(context, { path }) {
    const user = ownId(context);
    context.audit({ subject: user, project: INSTANCE, before: { session: path.id } });
    await context.change((write) => context.services.sessions.end(write, path.id, user));
    return {};
  },
});

/** The account behind the caller; programs of the owner have none. */
export function ownId({ caller }: OperationContext): string {
  if (caller.via.kind === 'session' || caller.via.kind === 'token') return caller.id;
  throw new SentinelError(
    'not-found',
    'The owner of the data folder has no account here: sign in, or use a token.',
  );
}

export function toView(session: Session, current: string | null): z.output<typeof SessionView> {
  const { id, created, seen, expires, address, agent, method } = session;
  return { id, created, seen, expires, address, agent, method, current: id === current };
}

export { SessionView };
