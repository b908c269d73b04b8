import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { overviewApi } from '../../api/system-api.ts';
import { reportsApi } from './reports-api.ts';
import type { Change, Report } from './types.ts';

const PAGE = 50;
/** So often one that is being made is asked how far it is. */
const POLL_MS = 700;

const pages = {
  initialPageParam: '',
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
};
const cursorOf = (pageParam: string) => (pageParam ? { cursor: pageParam } : {});

export const isBusy = ({ status }: Pick<Report, 'status'>) => status === 'queued' || status === 'rendering';

export const reportsQuery = (filter: { template?: string; status?: string }) =>
  infiniteQueryOptions({
    queryKey: ['reports', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      reportsApi.list({ ...filter, ...cursorOf(pageParam), limit: PAGE }, signal),
    refetchInterval: (query) =>
      query.state.data?.pages.some(({ items }) => items.some(isBusy)) ? POLL_MS : false,
    ...pages,
  });

/** Those that can be compared. */
export const readyReportsQuery = queryOptions({
  queryKey: ['reports', 'list', 'ready'],
  queryFn: ({ signal }) => reportsApi.list({ status: 'ready', limit: 200 }, signal),
});

export const reportQuery = (report: string) =>
  queryOptions({
    queryKey: ['reports', 'one', report],
    queryFn: ({ signal }) => reportsApi.get(report, signal),
    refetchInterval: (query) => (query.state.data && isBusy(query.state.data) ? POLL_MS : false),
  });

export const sharesQuery = (report: string) =>
  queryOptions({
    queryKey: ['reports', 'one', report, 'shares'],
    queryFn: ({ signal }) => reportsApi.shares(report, signal),
  });

export const accessesQuery = (report: string, share: string) =>
  infiniteQueryOptions({
    queryKey: ['reports', 'one', report, 'shares', share],
    queryFn: ({ pageParam, signal }) =>
      reportsApi.accesses(report, share, { ...cursorOf(pageParam), limit: PAGE }, signal),
    ...pages,
  });

export const reportDiffQuery = (older: string, newer: string, change: Change) =>
  infiniteQueryOptions({
    queryKey: ['reports', 'diff', older, newer, change],
    queryFn: ({ pageParam, signal }) =>
      reportsApi.diff(older, newer, { change, ...cursorOf(pageParam), limit: 100 }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    ...pages,
  });

export const templatesQuery = queryOptions({
  queryKey: ['report-templates'],
  queryFn: ({ signal }) => reportsApi.templates(signal),
});

export const templateQuery = (template: string) =>
  queryOptions({
    queryKey: ['report-templates', template],
    queryFn: ({ signal }) => reportsApi.template(template, signal),
    refetchOnWindowFocus: false,
  });

/** How many findings a filter fits. */
export const fittingQuery = (q: string) =>
  queryOptions({
    queryKey: ['findings', 'facets', q, 'report'],
    queryFn: ({ signal }) => overviewApi.facets(q, signal),
    retry: false,
  });
