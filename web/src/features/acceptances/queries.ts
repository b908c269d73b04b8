import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { request } from '../../api/client.ts';
import type { Page } from '../../api/types.ts';
import { acceptancesApi } from '../findings/findings-api.ts';
import type { Acceptance } from '../findings/types.ts';

export function useAcceptances(status: 'pending' | 'decided', enabled = true) {
  return useInfiniteQuery({
    queryKey: ['acceptances', status],
    queryFn: ({ pageParam, signal }) => acceptancesApi.list(status, pageParam, signal),
    enabled,
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    // One that was just asked for is still being counted.
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((one) => one.status === 'pending')) ? 5000 : false,
  });
}

/** What was asked about one finding, newest first; with what was refused or expired, which its history does not hold. */
export function useAcceptancesOf(finding: string) {
  return useQuery({
    queryKey: ['acceptances', 'of', finding],
    queryFn: ({ signal }) =>
      request<Page<Acceptance>>('/api/v1/findings/acceptances', {
        signal,
        query: { status: 'all', finding, limit: '20' },
      }),
  });
}
