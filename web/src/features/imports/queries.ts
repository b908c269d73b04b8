import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { importsApi } from '../findings/findings-api.ts';
import type { Import } from '../findings/types.ts';

const LOOK_MS = 500;
const ENDED = ['done', 'partial', 'failed', 'cancelled', 'interrupted'];

/** There is a receipt, or there will be none. */
export const hasEnded = (status: string): boolean => ENDED.includes(status);

/** It is being taken back. */
export const isUndoing = ({ change }: Pick<Import, 'change'>): boolean => change?.status === 'undoing';

export const importsQuery = infiniteQueryOptions({
  queryKey: ['imports', 'list'],
  queryFn: ({ pageParam, signal }) => importsApi.list(pageParam, signal),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor,
  refetchInterval: ({ state }) =>
    state.data?.pages.some((page) => page.items.some((one) => !hasEnded(one.status) || isUndoing(one)))
      ? LOOK_MS * 2
      : false,
});

export const importQuery = (run: string) =>
  queryOptions({
    queryKey: ['imports', 'one', run],
    queryFn: ({ signal }) => importsApi.get(run, signal),
    refetchInterval: ({ state }) =>
      state.data && (!hasEnded(state.data.status) || isUndoing(state.data)) ? LOOK_MS : false,
  });

export const formatsQuery = queryOptions({
  queryKey: ['imports', 'formats'],
  queryFn: ({ signal }) => importsApi.formats(signal),
  staleTime: Number.POSITIVE_INFINITY,
});
