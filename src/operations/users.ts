import * as z from 'zod';
import { accessChanged } from '../access/access-version.ts';
import { checkedHash, toAccount } from '../access/accounts.ts';
import { INSTANCE } from '../access/audit.ts';
import { requireRole } from '../access/grants.ts';
import { SentinelError } from '../lib/errors.ts';
import { Account, Email, Grant, Login, PersonName } from '../model/account.ts';
import { SessionView, toView } from './account.ts';
import { requireAll, requireAuthorityOver } from './authority.ts';
import { addGrant, projectNamed, refuseLastAdmin } from './grants.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const UserPath = z.object({ id: z.string() });
const User = Account.extend({ grants: z.array(Grant) });

export const userList = defineOperation({
  id: 'users.list',
  summary: 'Accounts of people and services',
  method: 'GET',
  path: '/users',
  permission: 'user:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ ...Page, kind: z.enum(['person', 'service']).optional() }),
  body: NO_BODY,
  output: listOf(User),
  cli: 'user list',
  async handler({ services }, { query }) {
    let rows = services.store.db
      .selectFrom('user_account')
      .selectAll()
      .orderBy('login')
      .limit(query.limit + 1);
    if (query.kind) rows = rows.where('kind', '=', query.kind);
    if (query.cursor) rows = rows.where('login', '>', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const result = page(await rows.execute(), query.limit, (row) => packCursor(row.login));
    const grants = await grantsOf(
      services.store.db,
      result.rows.map((row) => row.id),
    );
    return {
      items: result.rows.map((row) => ({
        ...toAccount(row),
        grants: grants.filter((grant) => grant.principal === row.id),
      })),
      nextCursor: result.nextCursor,
    };
  },
});

export const userGet = defineOperation({
  id: 'users.get',
  summary: 'One account with its grants',
  method: 'GET',
  path: '/users/{id}',
  permission: 'user:read',
  audited: false,
  pathParams: UserPath,
  query: NONE,
  body: NO_BODY,
  output: User,
  cli: 'user show',
  handler: (context, { path }) => readUser(context, path.id),
});

export const userCreate = defineOperation({
  id: 'users.create',
  summary: 'Make an account; a service account has tokens and no password',
  method: 'POST',
  path: '/users',
  permission: 'user:write',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({
    login: Login,
    name: PersonName.optional(),
    email: Email.optional(),
    kind: z.enum(['person', 'service']).default('person'),
    password: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('Temporary: it must be changed at the first sign-in'),
    role: z.string().max(100).optional().describe('Granted in the named project, else everywhere'),
    project: z.string().max(100).optional(),
  }),
  output: User,
  status: 201,
  cli: 'user add',
  async handler(context, { body }) {
    const { accounts, grants } = context.services;
    if (body.kind === 'service' && body.password !== undefined)
      throw new SentinelError(
        'invalid-parameter',
        'password: a service account has tokens, and no password.',
        {
          fields: [{ field: 'password', message: 'a service account has tokens, and no password' }],
        },
      );
    const project = await projectNamed(context, body.project);
    if (body.role !== undefined) await requireGrantable(context, body.role, project);
    const prepared = await accounts.prepare({
      login: body.login,
      name: body.name ?? body.login,
      email: body.email,
      kind: body.kind,
      password: body.password,
      mustChange: body.password !== undefined && !context.caller.local,
    });
    const created = await context.change(async (write) => {
      const account = await accounts.create(write, prepared, context.caller.id);
      if (body.role !== undefined) await addGrant(write, account.id, body.role, project, context.caller.id);
      context.audit({
        subject: account.id,
        project: INSTANCE,
        after: { login: account.login, kind: account.kind, role: body.role ?? null, project },
      });
      return account;
    });
    return { ...created, grants: await grantsOf(context.services.store.db, [created.id]) };

    async function requireGrantable(within: OperationContext, role: string, where: string): Promise<void> {
      await requireRole(grants, role);
      await requireAll(within, (await grants.roles()).get(role) ?? [], where, `The role ${role} has`);
    }
  },
});

export const userUpdate = defineOperation({
  id: 'users.update',
  summary: 'Change name, address or lock of an account, or set a temporary password',
  method: 'PATCH',
  path: '/users/{id}',
  permission: 'user:write',
  audited: true,
  sensitive: true,
  pathParams: UserPath,
  query: NONE,
  body: z.strictObject({
    name: PersonName.optional(),
    email: Email.optional(),
    disabled: z.boolean().optional(),
    password: z.string().min(1).max(1000).optional(),
  }),
  output: User,
  cli: 'user update',
  async handler(context, { path, body }) {
    const before = await readUser(context, path.id);
    await requireAuthorityOver(context, path.id);
    if (body.disabled === true && path.id === context.caller.id)
      throw new SentinelError('not-possible-now', 'You cannot lock your own account.');
    if (body.password !== undefined && before.kind === 'service')
      throw new SentinelError(
        'invalid-parameter',
        'password: a service account has tokens, and no password.',
        {
          fields: [{ field: 'password', message: 'a service account has tokens, and no password' }],
        },
      );
    const password = body.password === undefined ? undefined : await checkedHash(body.password, before.login);
    context.match(before);
    const { password: _never, ...shown } = body;
    context.audit({
      subject: path.id,
      project: INSTANCE,
      before: { name: before.name, email: before.email, disabled: before.disabled },
      after: { ...shown, ...(password === undefined ? {} : { password: 'set' }) },
    });
    await context.change(async (write) => {
      if (body.disabled === true) await refuseLastAdmin(write.tx, path.id);
      await write.tx
        .updateTable('user_account')
        .set({
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.email === undefined ? {} : { email: body.email }),
          ...(body.disabled === undefined ? {} : { disabled: body.disabled ? 1 : 0 }),
          ...(password === undefined ? {} : { password, must_change: 1 }),
          updated: Date.now(),
        })
        .where('id', '=', path.id)
        .execute();
      if (body.disabled === true || password !== undefined)
        await context.services.sessions.endAll(write, path.id);
      await accessChanged(write);
    });
    return readUser(context, path.id);
  },
});

export const userRemove = defineOperation({
  id: 'users.remove',
  summary: 'Remove an account with its grants, tokens and sessions; what it did stays under its id',
  method: 'DELETE',
  path: '/users/{id}',
  permission: 'user:write',
  audited: true,
  sensitive: true,
  pathParams: UserPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'user remove',
  async handler(context, { path }) {
    const before = await readUser(context, path.id);
    await requireAuthorityOver(context, path.id);
    if (path.id === context.caller.id)
      throw new SentinelError('not-possible-now', 'You cannot remove your own account.');
    context.match(before);
    context.audit({
      subject: path.id,
      project: INSTANCE,
      before: { login: before.login, grants: before.grants },
    });
    await context.change(async (write) => {
      await refuseLastAdmin(write.tx, path.id);
      const { tx } = write;
      for (const table of [
        'session',
        'totp',
        'recovery_code',
        'passkey',
        'oidc_identity',
        'user_setting',
      ] as const)
        await tx.deleteFrom(table).where('user', '=', path.id).execute();
      await tx.deleteFrom('token').where('owner', '=', path.id).execute();
      await tx.deleteFrom('grant_entry').where('principal', '=', path.id).execute();
      await tx.deleteFrom('user_account').where('id', '=', path.id).execute();
      await accessChanged(write);
    });
    return {};
  },
});

export const userSessions = defineOperation({
  id: 'users.sessions',
  summary: 'Where somebody is signed in',
  method: 'GET',
  path: '/users/{id}/sessions',
  permission: 'user:read',
  audited: false,
  pathParams: UserPath,
  query: NONE,
  body: NO_BODY,
  output: listOf(SessionView),
  cli: 'user sessions',
  async handler(context, { path }) {
    await context.services.accounts.get(path.id);
    const list = await context.services.sessions.list(path.id);
    return { items: list.map((session) => toView(session, context.caller.via.id)), nextCursor: null };
  },
});

export const userEndSessions = defineOperation({
  id: 'users.endSessions',
  summary: 'Sign somebody out everywhere',
  method: 'DELETE',
  path: '/users/{id}/sessions',
  permission: 'user:write',
  audited: true,
  pathParams: UserPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({ ended: z.int() }),
  cli: 'user sign-out',
  async handler(context, { path }) {
    await context.services.accounts.get(path.id);
    await requireAuthorityOver(context, path.id);
    context.audit({ subject: path.id, project: INSTANCE });
    return { ended: await context.change((write) => context.services.sessions.endAll(write, path.id)) };
  },
});

async function readUser({ services }: OperationContext, id: string): Promise<z.output<typeof User>> {
  const account = await services.accounts.get(id);
  return { ...account, grants: await grantsOf(services.store.db, [id]) };
}

async function grantsOf(
  db: OperationContext['services']['store']['db'],
  ids: readonly string[],
): Promise<z.output<typeof Grant>[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('grant_entry')
    .select(['id', 'principal', 'role', 'project', 'source', 'created'])
    .where('principal', 'in', ids)
    .orderBy('project')
    .orderBy('role')
    .execute();
  return rows;
}
