import { SentinelError } from '../lib/errors.ts';
import {
  EVERYWHERE,
  isBuiltIn,
  isPermission,
  PERMISSIONS,
  type Permission,
  ROLES,
} from '../model/permission.ts';
import type { Store } from '../store/store.ts';
import type { AccessCache } from './access-version.ts';

export interface ProjectRef {
  id: string;
  slug: string;
  name: string;
  archived: boolean;
}

/** What one principal may do, by project; `*` holds what was granted everywhere. */
export type GrantedPermissions = ReadonlyMap<string, ReadonlySet<Permission>>;

export const DEFAULT_PROJECT = 'prj_default';

export type Grants = ReturnType<typeof openGrants>;

/** Roles, grants and projects as they are now. */
export function openGrants(store: Store, cache: AccessCache) {
  /** Permissions of every role by name, those that an administrator made included. */
  function roles(): Promise<ReadonlyMap<string, readonly Permission[]>> {
    return cache.get('roles', async () => {
      const rows = await store.db.selectFrom('role').select(['name', 'permissions']).execute();
      const own = rows.map((row) => [row.name, permissionList(row.permissions)] as const);
      return new Map<string, readonly Permission[]>([
        ...own,
        ...Object.entries(ROLES).map(([name, role]) => [name, role.permissions] as const),
      ]);
    });
  }

  function granted(principal: string): Promise<GrantedPermissions> {
    return cache.get(`granted:${principal}`, async () => {
      const known = await roles();
      const rows = await store.db
        .selectFrom('grant_entry')
        .select(['role', 'project'])
        .where('principal', '=', principal)
        .execute();
      const sets = new Map<string, Set<Permission>>();
      for (const { role, project } of rows) {
        const set = sets.get(project) ?? new Set();
        for (const permission of known.get(role) ?? [])
          if (project === EVERYWHERE || PERMISSIONS[permission].of === 'project') set.add(permission);
        sets.set(project, set);
      }
      return sets;
    });
  }

  /** What counts in one project: granted there and granted everywhere. */
  function permissionsIn(principal: string, project: string): Promise<ReadonlySet<Permission>> {
    return cache.get(`permissions:${principal}:${project}`, async () => {
      const sets = await granted(principal);
      return new Set([...(sets.get(EVERYWHERE) ?? []), ...(sets.get(project) ?? [])]);
    });
  }

  /** Names of all roles of a principal, wherever they were granted. */
  function rolesOf(principal: string): Promise<ReadonlySet<string>> {
    return cache.get(`roles-of:${principal}`, async () => {
      const rows = await store.db
        .selectFrom('grant_entry')
        .select('role')
        .where('principal', '=', principal)
        .execute();
      return new Set(rows.map(({ role }) => role));
    });
  }

  function projects(): Promise<readonly ProjectRef[]> {
    return cache.get('projects', async () => {
      const rows = await store.db
        .selectFrom('project')
        .select(['id', 'slug', 'name', 'archived'])
        .orderBy('slug')
        .execute();
      return rows.map((row) => ({ ...row, archived: row.archived !== null }));
    });
  }

  async function projectsOf(principal: string): Promise<ProjectRef[]> {
    const sets = await granted(principal);
    const everywhere = sets.has(EVERYWHERE);
    return (await projects()).filter((project) => everywhere || sets.has(project.id));
  }

  /**
   * The project that a request names by id or short name, else the usual one, else the first that the principal has.
   * Undefined for one that does not exist as for one that is foreign: nobody can tell these apart.
   */
  async function projectFor(principal: string, named: string | undefined): Promise<string | undefined> {
    const own = await projectsOf(principal);
    if (named !== undefined) return own.find(({ id, slug }) => id === named || slug === named)?.id;
    return own.find((project) => project.id === DEFAULT_PROJECT)?.id ?? own[0]?.id ?? DEFAULT_PROJECT;
  }

  return { roles, rolesOf, granted, permissionsIn, projects, projectsOf, projectFor };
}

export function permissionList(json: string): Permission[] {
  return (JSON.parse(json) as string[]).filter(isPermission);
}

/** A role that exists, built in or made here. */
export async function requireRole(grants: Grants, name: string): Promise<void> {
  if (isBuiltIn(name)) return;
  const known = await grants.roles();
  if (!known.has(name))
    throw new SentinelError(
      'not-found',
      `There is no role '${name}'. There are: ${[...known.keys()].sort().join(', ')}.`,
    );
}
