import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.ts';

/** Less may be done than the page knows. */
const CHANGED = ['forbidden', 'second-factor-needed'];

export function createQueryClient(): QueryClient {
  // A refusal tells that permissions have changed since the session was read: what may not be done disappears.
  const onError = (error: unknown) => {
    if (error instanceof ApiError && CHANGED.includes(error.code))
      void client.invalidateQueries({ queryKey: ['session'] });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // The server may be on this very machine: 'offline' says nothing about it.
        networkMode: 'always',
        retry: (count, error) =>
          count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}
