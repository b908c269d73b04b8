import * as z from 'zod';
import { accessChanged } from '../access/access-version.ts';
import { INSTANCE } from '../access/audit.ts';
import { requireRole } from '../access/grants.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { Grant } from '../model/account.ts';
import { EVERYWHERE } from '../model/permission.ts';
import type { WriteContext } from '../store/store.ts';
import { requireAll, requireAuthorityOver } from './authority.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const UserPath = z.object({ id: z.string() });

export const grantAdd = defineOperation({
  id: 'grants.add',
  summary: 'Grant a role in a project, or everywhere',
  method: 'POST',
  path: '/users/{id}/grants',
  permission: 'user:write',
  audited: true,
  sensitive: true,
  pathParams: UserPath,
  query: NONE,
  body: z.object({
    role: z.string().min(1).max(100),
    project: z.string().max(100).optional().describe('Id or short name; everywhere when absent'),
  }),
  output: Grant,
  status: 201,
  cli: 'user grant',
  async handler(context, { path, body }) {
    const { grants, accounts } = context.services;
    await accounts.get(path.id);
    await requireRole(grants, body.role);
    const project = await projectNamed(context, body.project);
    await requireAll(
      context,
      (await grants.roles()).get(body.role) ?? [],
      project,
      `The role ${body.role} has`,
    );
    context.audit({ subject: path.id, project: INSTANCE, after: { role: body.role, project } });
    return context.change((write) => addGrant(write, path.id, body.role, project, context.caller.id));
  },
});

export const grantRemove = defineOperation({
  id: 'grants.remove',
  summary: 'Take a granted role back',
  method: 'DELETE',
  path: '/users/{id}/grants/{grant}',
  permission: 'user:write',
  audited: true,
  sensitive: true,
  pathParams: z.object({ id: z.string(), grant: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'user revoke',
  async handler(context, { path }) {
    await requireAuthorityOver(context, path.id);
    await context.change(async (write) => {
      const row = await write.tx
        .selectFrom('grant_entry')
        .selectAll()
        .where('id', '=', path.grant)
        .where('principal', '=', path.id)
        .executeTakeFirst();
      if (!row) throw new SentinelError('not-found', `There is no grant ${path.grant} of ${path.id}.`);
      context.audit({
        subject: path.id,
        project: INSTANCE,
        before: { role: row.role, project: row.project },
      });
      if (row.role === 'admin' && row.project === EVERYWHERE) await refuseLastAdmin(write.tx, path.id);
      await write.tx.deleteFrom('grant_entry').where('id', '=', row.id).execute();
      await accessChanged(write);
    });
    return {};
  },
});

/** Granting what is granted already changes nothing. */
export async function addGrant(
  write: WriteContext,
  principal: string,
  role: string,
  project: string,
  actor: string,
): Promise<z.output<typeof Grant>> {
  const known = await write.tx
    .selectFrom('grant_entry')
    .selectAll()
    .where('principal', '=', principal)
    .where('role', '=', role)
    .where('project', '=', project)
    .executeTakeFirst();
  if (known) return known;
  const row = { id: newId('grt'), principal, role, project, source: 'manual', created: Date.now(), actor };
  await write.tx.insertInto('grant_entry').values(row).execute();
  await accessChanged(write);
  return row;
}

/** Somebody must be left who can let the others in. */
export async function refuseLastAdmin(tx: WriteContext['tx'], leaving: string): Promise<void> {
  const admins = await tx
    .selectFrom('grant_entry as g')
    .innerJoin('user_account as u', 'u.id', 'g.principal')
    .select('u.id')
    .where('g.role', '=', 'admin')
    .where('g.project', '=', EVERYWHERE)
    .where('u.disabled', '=', 0)
    .where('u.kind', '=', 'person')
    .execute();
  if (admins.length === 1 && admins[0]?.id === leaving)
    throw new SentinelError('not-possible-now', 'This is the last administrator: make another one first.');
}

/** Id of a project by id or short name; `*` when none is named. */
export async function projectNamed(
  { services }: OperationContext,
  named: string | undefined,
): Promise<string> {
  if (named === undefined || named === EVERYWHERE) return EVERYWHERE;
  const found = (await services.grants.projects()).find((one) => one.id === named || one.slug === named);
  if (!found) throw new SentinelError('not-found', `There is no project '${named}'.`);
  return found.id;
}
