import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../api/api.ts';

export const findingsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['findings', 'list', q],
    queryFn: ({ pageParam, signal }) =>
      api.findings({ q, ...(pageParam ? { cursor: pageParam } : {}), limit: 200 }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

export const findingQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'one', finding],
    queryFn: ({ signal }) => api.finding(finding, signal),
    staleTime: 60_000,
  });
