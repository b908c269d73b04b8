import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request } from '../../api/client.ts';
import { type OpenApi, operationsOf } from './operations.ts';
import { approvalsApi, schedulesApi, triggersApi, workflowRunsApi, workflowsApi } from './workflows-api.ts';

/** Enough for the strips of last results of a page of workflows. */
const RECENT_RUNS = 500;
const PAGE = 100;

const pages = {
  initialPageParam: '',
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
};
const cursorOf = (pageParam: string) => (pageParam ? { cursor: pageParam } : {});

export const workflowsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['workflows', 'list', q],
    queryFn: ({ pageParam, signal }) =>
      workflowsApi.list({ ...(q ? { q } : {}), ...cursorOf(pageParam), limit: PAGE }, signal),
    placeholderData: keepPreviousData,
    ...pages,
  });

/** Names for choosing one. */
export const workflowNamesQuery = queryOptions({
  queryKey: ['workflows', 'names'],
  queryFn: ({ signal }) => workflowsApi.list({ limit: 1000 }, signal),
});

export const workflowQuery = (name: string) =>
  queryOptions({
    queryKey: ['workflows', 'one', name],
    queryFn: ({ signal }) => workflowsApi.get(name, signal),
  });

export const templatesQuery = queryOptions({
  queryKey: ['workflows', 'templates'],
  queryFn: ({ signal }) => workflowsApi.templates(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export const templateQuery = (name: string) =>
  queryOptions({
    queryKey: ['workflows', 'templates', name],
    queryFn: ({ signal }) => workflowsApi.template(name, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const revisionsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ['workflows', 'one', name, 'revisions'],
    queryFn: ({ pageParam, signal }) =>
      workflowsApi.revisions(name, { ...cursorOf(pageParam), limit: PAGE }, signal),
    ...pages,
  });

export const revisionQuery = (name: string, revision: number) =>
  queryOptions({
    queryKey: ['workflows', 'one', name, 'revisions', revision],
    queryFn: ({ signal }) => workflowsApi.revision(name, revision, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const differenceQuery = (name: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['workflows', 'one', name, 'diff', from, to],
    queryFn: ({ signal }) => workflowsApi.diff(name, { from, to }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the server says about a text; the answer to an older one stays until the new one is there. */
export const validationQuery = (source: string) =>
  queryOptions({
    queryKey: ['workflows', 'validate', source],
    queryFn: ({ signal }) => workflowsApi.validate(source, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  });

export const recentRunsQuery = queryOptions({
  queryKey: ['workflow-runs', 'recent'],
  queryFn: ({ signal }) => workflowRunsApi.list({ limit: RECENT_RUNS }, signal),
});

export const lastRunsQuery = (workflow: string) =>
  queryOptions({
    queryKey: ['workflow-runs', 'last', workflow],
    queryFn: ({ signal }) => workflowRunsApi.list({ workflow, limit: 10 }, signal),
  });

export const workflowRunsQuery = (filter: { workflow?: string; status?: string; trigger?: string }) =>
  infiniteQueryOptions({
    queryKey: ['workflow-runs', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      workflowRunsApi.list({ ...filter, ...cursorOf(pageParam), limit: PAGE }, signal),
    ...pages,
  });

export const workflowRunQuery = (run: string) =>
  queryOptions({
    queryKey: ['workflow-runs', 'one', run],
    queryFn: ({ signal }) => workflowRunsApi.get(run, signal),
  });

export const runDefinitionQuery = (run: string) =>
  queryOptions({
    queryKey: ['workflow-runs', 'one', run, 'definition'],
    queryFn: ({ signal }) => workflowRunsApi.definition(run, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** `state`: what the step is at. Another state is another answer; the former one stays until it is there. */
export const runStepQuery = (run: string, step: string, state: string) =>
  queryOptions({
    queryKey: ['workflow-runs', 'one', run, 'step', step, state],
    queryFn: ({ signal }) => workflowRunsApi.step(run, step, null, signal),
    placeholderData: keepPreviousData,
  });

export const runItemsQuery = (run: string, step: string, state: string) =>
  infiniteQueryOptions({
    queryKey: ['workflow-runs', 'one', run, 'items', step, state],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      workflowRunsApi.items(run, step, { ...cursorOf(pageParam), limit: 200 }, signal),
    ...pages,
  });

/** `done`: how many steps have ended; each may have reported more. */
export const workflowRunFindingsQuery = (run: string, done: number) =>
  infiniteQueryOptions({
    queryKey: ['workflow-runs', 'one', run, 'findings', done],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      workflowRunsApi.findings(run, { ...cursorOf(pageParam), limit: 200 }, signal),
    ...pages,
  });

export const schedulesQuery = (workflow?: string) =>
  queryOptions({
    queryKey: ['schedules', workflow ?? ''],
    queryFn: ({ signal }) => schedulesApi.list({ ...(workflow ? { workflow } : {}), limit: 1000 }, signal),
  });

export const triggersQuery = (workflow?: string) =>
  queryOptions({
    queryKey: ['triggers', workflow ?? ''],
    queryFn: ({ signal }) => triggersApi.list({ ...(workflow ? { workflow } : {}), limit: 1000 }, signal),
  });

export const approvalsQuery = (status: string) =>
  infiniteQueryOptions({
    queryKey: ['approvals', 'list', status],
    queryFn: ({ pageParam, signal }) =>
      approvalsApi.list({ status, ...cursorOf(pageParam), limit: PAGE }, signal),
    ...pages,
  });

export const approvalQuery = (approval: string) =>
  queryOptions({
    queryKey: ['approvals', 'one', approval],
    queryFn: ({ signal }) => approvalsApi.get(approval, signal),
  });

/** What a step may do beside tasks, from the description of the API. */
export const operationsQuery = queryOptions({
  queryKey: ['operations'],
  queryFn: async ({ signal }) => operationsOf(await request<OpenApi>('/api/v1/openapi.json', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
