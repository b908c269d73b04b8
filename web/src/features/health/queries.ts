import { queryOptions } from '@tanstack/react-query';
import { systemApi } from '../../api/system-api.ts';

const REFRESH_MS = 15_000;

export const systemQuery = queryOptions({
  queryKey: ['system', 'state'],
  queryFn: ({ signal }) => systemApi.state(signal),
  // Paused by itself while the tab is hidden.
  refetchInterval: REFRESH_MS,
});

export const processesQuery = queryOptions({
  queryKey: ['system', 'processes'],
  queryFn: ({ signal }) => systemApi.processes(signal),
  refetchInterval: REFRESH_MS,
});

const SOON_MS = 500;

/** Looked at closely while the keys are being changed. */
export const rotationQuery = queryOptions({
  queryKey: ['system', 'rotation'],
  queryFn: ({ signal }) => systemApi.rotation(signal),
  refetchInterval: ({ state }) => (state.data?.status === 'running' ? SOON_MS : false),
});

export const queuesQuery = queryOptions({
  queryKey: ['system', 'queues'],
  queryFn: ({ signal }) => systemApi.queues(signal),
  refetchInterval: REFRESH_MS,
});

/** Examines the whole database: only when somebody asks. */
export const checksQuery = queryOptions({
  queryKey: ['system', 'checks'],
  queryFn: ({ signal }) => systemApi.checks(signal),
  enabled: false,
  staleTime: Number.POSITIVE_INFINITY,
});
