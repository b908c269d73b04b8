import { SentinelError } from '../lib/errors.ts';
import { EVERYWHERE, PERMISSIONS, type Permission } from '../model/permission.ts';
import type { Caller, OperationContext } from './operation.ts';

/** Nobody gives away, takes over or locks out more than they have themselves: else one permission would be all of them. */
export async function requireAuthorityOver(context: OperationContext, principal: string): Promise<void> {
  if (context.caller.permissions === 'all' || context.caller.id === principal) return;
  for (const [project, permissions] of await context.services.grants.granted(principal))
    await requireAll(context, permissions, project, `${principal} has`);
}

/** The caller holds each of these permissions in that project, or everywhere. */
export async function requireAll(
  { caller, services }: OperationContext,
  permissions: Iterable<Permission>,
  project: string,
  what: string,
): Promise<void> {
  if (caller.permissions === 'all') return;
  const own = await ownPermissions(caller, services.grants, project);
  const missing = [...permissions].find(
    (name) => !own.has(name) && (project === EVERYWHERE || PERMISSIONS[name].of === 'project'),
  );
  if (missing)
    throw new SentinelError(
      'forbidden',
      `${what} the permission ${missing}, which you do not have yourself.`,
    );
}

async function ownPermissions(
  caller: Caller,
  grants: OperationContext['services']['grants'],
  project: string,
): Promise<ReadonlySet<Permission>> {
  const granted =
    project === EVERYWHERE
      ? ((await grants.granted(caller.id)).get(EVERYWHERE) ?? new Set<Permission>())
      : await grants.permissionsIn(caller.id, project);
  // A narrowed token gives no more than it carries.
  if (caller.via.kind !== 'token' || caller.permissions === 'all') return granted;
  const held = caller.permissions;
  return new Set([...granted].filter((name) => held.has(name)));
}
