import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError } from '../../api/client.ts';
import { policyApi } from './policy-api.ts';

const SHOWN_CHANGES = 10;

/** `null`: the project has none yet. */
export const policyQuery = queryOptions({
  queryKey: ['policy', 'newest'],
  queryFn: async ({ signal }) => {
    try {
      return await policyApi.get(signal);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not-found') return null;
      throw error;
    }
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
