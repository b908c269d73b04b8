import { queryOptions } from '@tanstack/react-query';
import { adminApi } from '../../api/access-api.ts';
import { request } from '../../api/client.ts';
import { type Asked, overviewApi, settingsApi } from '../../api/system-api.ts';
import type { Page } from '../../api/types.ts';

export const attentionQuery = queryOptions({
  queryKey: ['overview', 'attention'],
  queryFn: ({ signal }) => overviewApi.attention(signal),
});

export const trendQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['overview', 'findings', asked],
    queryFn: ({ signal }) => overviewApi.findings(asked, signal),
  });

export const agesQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['overview', 'ages', asked],
    queryFn: ({ signal }) => overviewApi.ages(asked, signal),
  });

export const runTotalsQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['overview', 'runs', asked],
    queryFn: ({ signal }) => overviewApi.runs(asked, signal),
  });

/** What this person set for themselves. */
export const userSettingsQuery = queryOptions({
  queryKey: ['user-settings'],
  queryFn: ({ signal }) => settingsApi.get(signal),
  staleTime: 300_000,
});

export const facetsQuery = (q: string) =>
  queryOptions({
    queryKey: ['findings', 'facets', q],
    queryFn: ({ signal }) => overviewApi.facets(q, signal),
  });

/** Whether there is one at all. */
export const anyScheduleQuery = queryOptions({
  queryKey: ['schedules', 'any'],
  queryFn: ({ signal }) => request<Page<unknown>>('/api/v1/schedules', { query: { limit: 1 }, signal }),
});

export const anyUserQuery = queryOptions({
  queryKey: ['users', 'any'],
  queryFn: ({ signal }) => adminApi.users({ kind: 'person' }, signal),
});
