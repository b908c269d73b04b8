import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { adminApi } from '../../api/access-api.ts';
import type { AuditFilter } from '../../api/access-types.ts';
import { systemApi } from '../../api/system-api.ts';

export const usersQuery = infiniteQueryOptions({
  queryKey: ['users', 'list'],
  queryFn: ({ pageParam, signal }) => adminApi.users({ ...(pageParam ? { cursor: pageParam } : {}) }, signal),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor,
});

export const userQuery = (user: string) =>
  queryOptions({ queryKey: ['users', 'one', user], queryFn: ({ signal }) => adminApi.user(user, signal) });

export const userSessionsQuery = (user: string) =>
  queryOptions({
    queryKey: ['users', 'one', user, 'sessions'],
    queryFn: ({ signal }) => adminApi.userSessions(user, signal),
  });

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => adminApi.roles(signal),
});

export const tokensQuery = (owner?: string) =>
  queryOptions({
    queryKey: ['tokens', owner ?? ''],
    queryFn: ({ signal }) => adminApi.tokens(owner, signal),
  });

export const projectsQuery = queryOptions({
  queryKey: ['projects', 'list'],
  queryFn: ({ signal }) => adminApi.projects(signal),
});

export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: ['projects', 'one', project],
    queryFn: ({ signal }) => adminApi.project(project, signal),
  });

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      adminApi.audit({ ...filter, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

export const pluginsQuery = queryOptions({
  queryKey: ['plugins'],
  queryFn: ({ signal }) => systemApi.plugins(signal),
});

export const pluginQuery = (plugin: string) =>
  queryOptions({
    queryKey: ['plugins', plugin],
    queryFn: ({ signal }) => systemApi.plugin(plugin, signal),
  });
