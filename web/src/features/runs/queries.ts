import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/api.ts';

const PAGE = 200;

export const runQuery = (run: string) =>
  queryOptions({ queryKey: ['runs', run], queryFn: ({ signal }) => api.run(run, signal) });

export const runsQuery = (filter: {
  status?: string;
  task?: string;
  since?: string;
  asset?: string;
  q?: string;
}) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      api.runs({ ...filter, ...(pageParam ? { cursor: pageParam } : {}), limit: 50 }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

export const runFindingsQuery = (run: string) =>
  infiniteQueryOptions({
    queryKey: ['runs', run, 'findings'],
    queryFn: ({ pageParam, signal }) =>
      api.runFindings(run, { ...(pageParam ? { cursor: pageParam } : {}), limit: PAGE }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

export const runProblemsQuery = (run: string) =>
  queryOptions({
    queryKey: ['runs', run, 'problems'],
    queryFn: ({ signal }) => api.runProblems(run, signal),
  });

export const runArtifactsQuery = (run: string) =>
  queryOptions({
    queryKey: ['runs', run, 'artifacts'],
    queryFn: ({ signal }) => api.runArtifacts(run, signal),
  });
