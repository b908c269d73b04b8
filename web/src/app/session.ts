import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import type { Permission } from '../api/access-types.ts';
import { api } from '../api/api.ts';
import type { Session, User } from '../api/types.ts';

/** `left`: the person signed out here, and does not come back to the page that was open. */
export type KnownSession = Session & { left?: true };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: (): Promise<KnownSession> => api.session(),
  staleTime: 60_000,
});

/** After a sign-in or a change of project: who one is and what one may do, read again before anything else is shown. */
export function readSessionAgain(client: QueryClient): Promise<Session> {
  return client.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

export function forgetUser(client: QueryClient, how: { left?: true } = {}): void {
  client.setQueryData(sessionQuery.queryKey, (session) => session && { ...session, ...how, user: null });
}

/** The page before the app on which this person has something to do; undefined: the app is theirs to use. */
export function gateOf(user: Session['user']): string | undefined {
  if (!user) return '/sign-in';
  if (user.mustChangePassword) return '/new-password';
  return user.secondFactorDue === null ? undefined : '/second-factor';
}

export function useUser(): User | null {
  return useQuery(sessionQuery).data?.user ?? null;
}

/** What the signed-in person may do here. The server decides; this only leaves out what it would refuse. */
export function useMay(): (permission: Permission) => boolean {
  const user = useUser();
  return (permission) => user?.permissions.includes(permission) ?? false;
}
