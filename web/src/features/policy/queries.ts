import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { policyApi } from './policy-api.ts';

const SHOWN_CHANGES = 10;

/** `null`: the project has none yet. */
export const policyQuery = queryOptions({
  queryKey: ['policy', 'newest'],
  queryFn: async ({ signal }) => {
    // Asked for itself, one that is not there would stand in the console as a failure.
    const { items } = await policyApi.revisions({ limit: 1 }, signal);
    return items.length > 0 ? policyApi.get(signal) : null;
  },
  refetchOnWindowFocus: false,
});

export const policyRevisionQuery = (revision: number) =>
  queryOptions({
    queryKey: ['policy', 'revision', revision],
    queryFn: ({ signal }) => policyApi.revision(revision, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const policyRevisionsQuery = infiniteQueryOptions({
  queryKey: ['policy', 'revisions'],
  queryFn: ({ pageParam, signal }) =>
    policyApi.revisions({ ...(pageParam ? { cursor: pageParam } : {}), limit: 50 }, signal),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor,
});

export const policyCheckQuery = (source: string) =>
  queryOptions({
    queryKey: ['policy', 'check', source],
    queryFn: ({ signal }) => policyApi.validate(source, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
  });

/** What the policy has changed by itself, newest first. */
export const policyChangesQuery = queryOptions({
  queryKey: ['changes', 'policy'],
  queryFn: ({ signal }) => policyApi.changes(SHOWN_CHANGES, signal),
  refetchInterval: (query) =>
    query.state.data?.items.some(({ status }) => status === 'undoing') ? 1000 : false,
});
