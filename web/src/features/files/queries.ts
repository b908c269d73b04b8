import { infiniteQueryOptions } from '@tanstack/react-query';
import { projectApi } from '../../api/system-api.ts';

export const filesQuery = infiniteQueryOptions({
  queryKey: ['files'],
  queryFn: ({ pageParam, signal }) => projectApi.files(pageParam, signal),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor,
});
