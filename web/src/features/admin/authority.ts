import type { Member, RoleList } from '../../api/access-types.ts';

export type PermissionInfo = RoleList['permissions'][number];
type Grant = Member['grants'][number];

export interface Reason {
  permission: PermissionInfo;
  /** Grants that give it at this place; none: it is not allowed. */
  by: Grant[];
  /** Grants whose role holds it, but which do not count here: it is of the whole server, and they are of one project. */
  tooNarrow: Grant[];
}

const EVERYWHERE = '*';

/** Why an account may do what it may in a project: the same rule as the server's. */
export function reasonsFor(user: Pick<Member, 'grants'>, list: RoleList, project: string): Reason[] {
  const held = new Map(list.items.map((role) => [role.name, new Set<string>(role.permissions)]));
  return list.permissions.map((permission) => {
    const giving = user.grants.filter((grant) => held.get(grant.role)?.has(permission.name));
    const counts = (grant: Grant) =>
      grant.project === EVERYWHERE || (permission.of === 'project' && grant.project === project);
    const here = giving.filter((grant) => grant.project === EVERYWHERE || grant.project === project);
    return { permission, by: giving.filter(counts), tooNarrow: here.filter((grant) => !counts(grant)) };
  });
}
