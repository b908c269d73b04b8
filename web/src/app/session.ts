import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/api.ts';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => api.session(),
  staleTime: 60_000,
});
