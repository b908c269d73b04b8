import { queryOptions } from '@tanstack/react-query';
import { viewsApi } from '../findings/findings-api.ts';

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: ({ signal }) => viewsApi.list(signal),
  staleTime: 60_000,
});
