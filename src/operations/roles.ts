import * as z from 'zod';
import { accessChanged } from '../access/access-version.ts';
import { INSTANCE } from '../access/audit.ts';
import { permissionList } from '../access/grants.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { ALL_PERMISSIONS, EVERYWHERE, isBuiltIn, PERMISSIONS, ROLES } from '../model/permission.ts';
import { requireAll } from './authority.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const PermissionName = z.enum(ALL_PERMISSIONS as [string, ...string[]]);
const RoleName = z
  .string()
  .min(2)
  .max(50)
  .regex(/^[a-z][a-z0-9-]*$/, 'expects lower-case letters, digits and dashes')
  .meta({ examples: ['release-manager'] });
const Role = z.object({
  name: z.string(),
  title: z.string(),
  permissions: z.array(PermissionName),
  builtIn: z.boolean(),
});
const RolePath = z.object({ name: z.string() });

export const roleList = defineOperation({
  id: 'roles.list',
  summary: 'Roles and what they hold',
  method: 'GET',
  path: '/roles',
  permission: 'role:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(Role).extend({
    permissions: z.array(
      z.object({ name: PermissionName, of: z.enum(['project', 'instance']), title: z.string() }),
    ),
  }),
  cli: 'role list',
  async handler({ services }) {
    const rows = await services.store.db.selectFrom('role').selectAll().orderBy('name').execute();
    const builtIn = Object.entries(ROLES).map(([name, role]) => ({
      name,
      title: role.title,
      permissions: [...role.permissions],
      builtIn: true,
    }));
    return {
      items: [...builtIn, ...rows.map(toRole)],
      nextCursor: null,
      permissions: ALL_PERMISSIONS.map((name) => ({ name, ...PERMISSIONS[name] })),
    };
  },
});

export const roleGet = defineOperation({
  id: 'roles.get',
  summary: 'One role and what it holds',
  method: 'GET',
  path: '/roles/{name}',
  permission: 'role:read',
  audited: false,
  pathParams: RolePath,
  query: NONE,
  body: NO_BODY,
  output: Role,
  cli: 'role show',
  async handler(context, { path: { name } }) {
    if (!isBuiltIn(name)) return ownRole(context, name);
    const { title, permissions } = ROLES[name];
    return { name, title, permissions: [...permissions], builtIn: true };
  },
});

export const roleCreate = defineOperation({
  id: 'roles.create',
  summary: 'Make a role of permissions',
  method: 'POST',
  path: '/roles',
  permission: 'role:write',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({
    name: RoleName,
    title: z.string().max(200).default(''),
    permissions: z.array(PermissionName).max(100),
  }),
  output: Role,
  status: 201,
  cli: 'role add',
  async handler(context, { body }) {
    await requireAll(
      context,
      permissionList(JSON.stringify(body.permissions)),
      EVERYWHERE,
      'The role would have',
    );
    context.audit({ subject: body.name, project: INSTANCE, after: body });
    return context.change(async (write) => {
      const known = await write.tx
        .selectFrom('role')
        .select('id')
        .where('name', '=', body.name)
        .executeTakeFirst();
      if (known || isBuiltIn(body.name))
        throw new SentinelError('already-exists', `There is a role '${body.name}' already.`, {
          fields: [{ field: 'name', message: 'is taken' }],
        });
      const now = Date.now();
      const row = {
        id: newId('rol'),
        name: body.name,
        title: body.title,
        permissions: JSON.stringify([...new Set(body.permissions)].sort()),
        created: now,
        updated: now,
      };
      await write.tx.insertInto('role').values(row).execute();
      await accessChanged(write);
      return toRole(row);
    });
  },
});

export const roleUpdate = defineOperation({
  id: 'roles.update',
  summary: 'Change what a role holds; it counts at once for everybody who has it',
  method: 'PATCH',
  path: '/roles/{name}',
  permission: 'role:write',
  audited: true,
  sensitive: true,
  pathParams: RolePath,
  query: NONE,
  body: z.strictObject({
    title: z.string().max(200).optional(),
    permissions: z.array(PermissionName).max(100).optional(),
  }),
  output: Role,
  cli: 'role update',
  async handler(context, { path, body }) {
    const before = await ownRole(context, path.name);
    const wanted = permissionList(JSON.stringify(body.permissions ?? []));
    await requireAll(
      context,
      [...wanted, ...permissionList(JSON.stringify(before.permissions))],
      EVERYWHERE,
      'The role has',
    );
    context.match(before);
    context.audit({ subject: path.name, project: INSTANCE, before, after: body });
    await context.change(async (write) => {
      await write.tx
        .updateTable('role')
        .set({
          ...(body.title === undefined ? {} : { title: body.title }),
          ...(body.permissions === undefined
            ? {}
            : { permissions: JSON.stringify([...new Set(wanted)].sort()) }),
          updated: Date.now(),
        })
        .where('name', '=', path.name)
        .execute();
      await accessChanged(write);
    });
    return ownRole(context, path.name);
  },
});

export const roleRemove = defineOperation({
  id: 'roles.remove',
  summary: 'Remove a role that nobody has any more',
  method: 'DELETE',
  path: '/roles/{name}',
  permission: 'role:write',
  audited: true,
  sensitive: true,
  pathParams: RolePath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'role remove',
  async handler(context, { path }) {
    const before = await ownRole(context, path.name);
    context.match(before);
    context.audit({ subject: path.name, project: INSTANCE, before });
    await context.change(async (write) => {
      const used = await write.tx
        .selectFrom('grant_entry')
        .select('principal')
        .where('role', '=', path.name)
        .limit(1)
        .executeTakeFirst();
      if (used)
        throw new SentinelError('in-use', `The role is granted to ${used.principal}: take it back first.`);
      await write.tx.deleteFrom('role').where('name', '=', path.name).execute();
      await accessChanged(write);
    });
    return {};
  },
});

async function ownRole({ services }: OperationContext, name: string): Promise<z.output<typeof Role>> {
  if (isBuiltIn(name))
    throw new SentinelError('built-in', `The role ${name} comes with SentinelX and cannot be changed.`);
  const row = await services.store.db
    .selectFrom('role')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no role '${name}'.`);
  return toRole(row);
}

function toRole(row: { name: string; title: string; permissions: string }): z.output<typeof Role> {
  return { name: row.name, title: row.title, permissions: permissionList(row.permissions), builtIn: false };
}
