import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { importsApi } from '../findings/findings-api.ts';

const LOOK_MS = 500;
const ENDED = ['done', 'partial', 'failed', 'cancelled', 'interrupted'];

/** There is a receipt, or there will be none. */
export const hasEnded = (status: string): boolean => ENDED.includes(status);

export const importsQuery = infiniteQueryOptions({
  queryKey: ['imports', 'list'],
  queryFn: ({ pageParam, signal }) => importsApi.list(pageParam, signal),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor,
  refetchInterval: ({ state }) =>
    state.data?.pages.some((page) => page.items.some(({ status }) => !hasEnded(status)))
      ? LOOK_MS * 2
      : false,
});

export const importQuery = (run: string) =>
  queryOptions({
    queryKey: ['imports', 'one', run],
    queryFn: ({ signal }) => importsApi.get(run, signal),
    refetchInterval: ({ state }) => (state.data && !hasEnded(state.data.status) ? LOOK_MS : false),
  });

export const formatsQuery = queryOptions({
  queryKey: ['imports', 'formats'],
  queryFn: ({ signal }) => importsApi.formats(signal),
  staleTime: Number.POSITIVE_INFINITY,
});
