import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { requireRole } from '../access/grants.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { ALL_PERMISSIONS, EVERYWHERE, type Permission } from '../model/permission.ts';
import { ownId } from './account.ts';
import { requireAll, requireAuthorityOver } from './authority.ts';
import { addGrant, projectNamed } from './grants.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const PermissionName = z.enum(ALL_PERMISSIONS as [Permission, ...Permission[]]);
const TokenView = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  permissions: z.array(PermissionName).nullable(),
  project: z.string().nullable(),
  addresses: z.array(z.string()),
  created: z.int(),
  expires: z.int().nullable(),
  used: z.int().nullable(),
  usedFrom: z.string().nullable(),
});
/** The value is in this answer and never again. */
const NewTokenView = z.object({ token: TokenView, value: z.string() });
const TokenPath = z.object({ id: z.string() });
const Wanted = {
  name: z.string().trim().min(1).max(100).default('token'),
  permissions: z.array(PermissionName).max(100).optional().describe('Narrows what the owner may do'),
  project: z.string().max(100).optional().describe('Only for this project'),
  addresses: z
    .array(z.string().max(60))
    .max(100)
    .default([])
    .describe('Addresses and networks that may use it'),
  expiresInDays: z.int().min(1).max(3650).optional(),
};

export const ownTokenList = defineOperation({
  id: 'account.tokens',
  summary: 'My tokens',
  method: 'GET',
  path: '/account/tokens',
  permission: 'self',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(TokenView),
  cli: 'token list --mine',
  handler: async (context) => ({
    items: await context.services.tokens.list(ownId(context)),
    nextCursor: null,
  }),
});

export const ownTokenCreate = defineOperation({
  id: 'account.createToken',
  summary: 'Make a token for myself; its value is shown once',
  method: 'POST',
  path: '/account/tokens',
  permission: 'self',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: z.object(Wanted),
  output: NewTokenView,
  status: 201,
  shownOnce: true,
  cli: 'token create --mine',
  async handler(context, { body }) {
    const owner = ownId(context);
    const project = await onlyProject(context, body.project);
    // A narrowed token makes no wider one.
    const held = context.caller.via.kind === 'token' ? context.caller.permissions : 'all';
    const permissions = body.permissions ?? (held === 'all' ? null : [...held]);
    if (permissions && held !== 'all')
      await requireAll(context, permissions, EVERYWHERE, 'The token would have');
    return create(context, { ...body, permissions, project }, owner);
  },
});

export const ownTokenRevoke = defineOperation({
  id: 'account.revokeToken',
  summary: 'Revoke one of my tokens; it stops to work at once',
  method: 'DELETE',
  path: '/account/tokens/{id}',
  permission: 'self',
  audited: true,
  pathParams: TokenPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'token revoke --mine',
  async handler(context, { path }) {
    const owner = ownId(context);
    context.audit({ subject: path.id, project: INSTANCE });
    await context.change((write) => context.services.tokens.revoke(write, path.id, owner));
    return {};
  },
});

export const tokenList = defineOperation({
  id: 'tokens.list',
  summary: 'Tokens of everybody, without their values',
  method: 'GET',
  path: '/tokens',
  permission: 'token:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ owner: z.string().max(100).optional() }),
  body: NO_BODY,
  output: listOf(TokenView),
  cli: 'token list',
  handler: async ({ services }, { query }) => ({
    items: await services.tokens.list(query.owner),
    nextCursor: null,
  }),
});

export const tokenCreate = defineOperation({
  id: 'tokens.create',
  summary: 'Make a token of a service account; with a role and no owner, the service account is made too',
  method: 'POST',
  path: '/tokens',
  permission: 'token:write',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({
    ...Wanted,
    owner: z.string().max(100).optional().describe('Id of a service account'),
    role: z.string().max(100).optional().describe('Of the service account that is made for the token'),
  }),
  output: NewTokenView,
  status: 201,
  shownOnce: true,
  cli: 'token create',
  async handler(context, { body }) {
    const { services } = context;
    const project = await onlyProject(context, body.project);
    if (body.owner !== undefined) {
      const owner = await services.accounts.get(body.owner);
      if (owner.kind !== 'service')
        throw new SentinelError(
          'forbidden',
          'People make their own tokens; here only service accounts get one.',
        );
      await requireAuthorityOver(context, owner.id);
      return create(context, { ...body, permissions: body.permissions ?? null, project }, owner.id);
    }
    const role = body.role ?? 'analyst';
    const where = project ?? EVERYWHERE;
    await requireRole(services.grants, role);
    await requireAll(context, (await services.grants.roles()).get(role) ?? [], where, `The role ${role} has`);
    const login = `${body.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${newId('svc').slice(-8)}`;
    const prepared = await services.accounts.prepare({ login, name: body.name, kind: 'service' });
    return create(context, { ...body, permissions: body.permissions ?? null, project }, async (write) => {
      const account = await services.accounts.create(write, prepared, context.caller.id);
      await addGrant(write, account.id, role, where, context.caller.id);
      return account.id;
    });
  },
});

export const tokenRevoke = defineOperation({
  id: 'tokens.revoke',
  summary: 'Revoke a token; it stops to work at once',
  method: 'DELETE',
  path: '/tokens/{id}',
  permission: 'token:write',
  audited: true,
  pathParams: TokenPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'token revoke',
  async handler(context, { path }) {
    context.audit({ subject: path.id, project: INSTANCE });
    await context.change((write) => context.services.tokens.revoke(write, path.id));
    return {};
  },
});

interface Input {
  name: string;
  permissions: readonly Permission[] | null;
  project: string | null;
  addresses: readonly string[];
  expiresInDays?: number | undefined;
  role?: string | undefined;
}

type Write = Parameters<Parameters<OperationContext['change']>[0]>[0];

function create(
  context: OperationContext,
  input: Input,
  owner: string | ((write: Write) => Promise<string>),
): Promise<z.output<typeof NewTokenView>> {
  const expires = input.expiresInDays === undefined ? null : Date.now() + input.expiresInDays * 86_400_000;
  return context.change(async (write) => {
    const made = await context.services.tokens.create(
      write,
      { ...input, owner: typeof owner === 'string' ? owner : await owner(write), expires },
      context.caller.id,
    );
    context.audit({ subject: made.token.id, project: INSTANCE, after: { ...made.token, role: input.role } });
    return made;
  });
}

async function onlyProject(context: OperationContext, named: string | undefined): Promise<string | null> {
  const project = await projectNamed(context, named);
  return project === EVERYWHERE ? null : project;
}
