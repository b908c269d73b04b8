import { queryOptions } from '@tanstack/react-query';
import { overviewApi } from '../../api/system-api.ts';

export const attentionQuery = queryOptions({
  queryKey: ['overview', 'attention'],
  queryFn: ({ signal }) => overviewApi.attention(signal),
});

export const trendQuery = (days: number) =>
  queryOptions({
    queryKey: ['overview', 'findings', days],
    queryFn: ({ signal }) => overviewApi.findings(days, signal),
  });

export const runTotalsQuery = (days: number) =>
  queryOptions({
    queryKey: ['overview', 'runs', days],
    queryFn: ({ signal }) => overviewApi.runs(days, signal),
  });

export const facetsQuery = (q: string) =>
  queryOptions({
    queryKey: ['findings', 'facets', q],
    queryFn: ({ signal }) => overviewApi.facets(q, signal),
  });
