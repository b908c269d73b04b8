import { queryOptions } from '@tanstack/react-query';
import { accountApi } from '../../api/access-api.ts';

export const accountQuery = queryOptions({
  queryKey: ['account', 'self'],
  queryFn: ({ signal }) => accountApi.get(signal),
});
export const secondFactorsQuery = queryOptions({
  queryKey: ['account', 'second-factors'],
  queryFn: ({ signal }) => accountApi.secondFactors(signal),
});
export const ownSessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: ({ signal }) => accountApi.sessions(signal),
});
export const ownTokensQuery = queryOptions({
  queryKey: ['account', 'tokens'],
  queryFn: ({ signal }) => accountApi.tokens(signal),
});
