import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { changesApi, findingsApi, priorityApi } from './findings-api.ts';
import type { FindingSort } from './types.ts';

export const findingsQuery = (q: string, sort: FindingSort = 'severity') =>
  infiniteQueryOptions({
    queryKey: ['findings', 'list', q, sort],
    queryFn: ({ pageParam, signal }) =>
      findingsApi.list({ q, sort, ...(pageParam ? { cursor: pageParam } : {}), limit: 200 }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

/** What the project looks at first: asked for before the list, and rarely different. */
export const priorityListQuery = queryOptions({
  queryKey: ['priority-list'],
  queryFn: ({ signal }) => priorityApi.get(signal),
  staleTime: 60_000,
  retry: false,
});

export const facetsQuery = (q: string) =>
  queryOptions({
    queryKey: ['findings', 'facets', q],
    queryFn: ({ signal }) => findingsApi.facets(q, signal),
    staleTime: 10_000,
  });

export const findingQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'one', finding],
    queryFn: ({ signal }) => findingsApi.get(finding, signal),
    staleTime: 60_000,
  });

/** What is stored with a finding changes with its next scan only. */
export const codeQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'code', finding],
    queryFn: ({ signal }) => findingsApi.code(finding, signal),
    staleTime: 60_000,
  });

export const priorityQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'priority', finding],
    queryFn: ({ signal }) => findingsApi.priority(finding, signal),
    staleTime: 60_000,
  });

export const explainQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'explain', finding],
    queryFn: ({ signal }) => findingsApi.explain(finding, signal),
  });

export const policyQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'policy', finding],
    queryFn: ({ signal }) => findingsApi.policy(finding, signal),
    staleTime: 60_000,
  });

export const historyQuery = (finding: string) =>
  infiniteQueryOptions({
    queryKey: ['findings', 'history', finding],
    queryFn: ({ pageParam, signal }) => findingsApi.history(finding, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

/** So often somebody looks how far a change is that is not done yet. */
const LOOK_MS = 400;
const BUSY = ['planning', 'running', 'undoing'];

export const isBusy = (status: string): boolean => BUSY.includes(status);

export const changeQuery = (change: string) =>
  queryOptions({
    queryKey: ['changes', change],
    queryFn: ({ signal }) => changesApi.get(change, signal),
    refetchInterval: ({ state }) => (state.data && !isBusy(state.data.status) ? false : LOOK_MS),
  });
