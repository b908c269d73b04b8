import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import type { Permission } from '../api/access-types.ts';
import { api } from '../api/api.ts';
import type { Session, User } from '../api/types.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => api.session(),
  staleTime: 60_000,
});

/** After a sign-in or a change of project: who one is and what one may do, read again before anything else is shown. */
export function readSessionAgain(client: QueryClient): Promise<Session> {
  return client.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

export function forgetUser(client: QueryClient): void {
  client.setQueryData(sessionQuery.queryKey, (session) => session && { ...session, user: null });
}

export function useUser(): User | null {
  return useQuery(sessionQuery).data?.user ?? null;
}

/** What the signed-in person may do here. The server decides; this only leaves out what it would refuse. */
export function useMay(): (permission: Permission) => boolean {
  const user = useUser();
  return (permission) => user?.permissions.includes(permission) ?? false;
}
