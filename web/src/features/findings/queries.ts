import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError } from '../../api/client.ts';
import { changeAtOnce, DAY_MS, type DecisionId } from './decisions.ts';
import { changesApi, findingsApi, priorityApi } from './findings-api.ts';
import type { FindingSort, TriageChange } from './types.ts';

/** A query that cannot be read is not read the second time either: what was asked for before the page stood is not asked again. */
const retryOnMount = ({ state }: { state: { error: unknown } }) =>
  !(state.error instanceof ApiError && state.error.code === 'invalid-query');

export const findingsQuery = (q: string, sort: FindingSort = 'severity') =>
  infiniteQueryOptions({
    queryKey: ['findings', 'list', q, sort],
    queryFn: ({ pageParam, signal }) =>
      findingsApi.list({ q, sort, ...(pageParam ? { cursor: pageParam } : {}), limit: 200 }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    retryOnMount,
  });

/** What the project looks at first: asked for before the list, and rarely different. */
export const priorityListQuery = queryOptions({
  queryKey: ['priority-list'],
  queryFn: ({ signal }) => priorityApi.get(signal),
  staleTime: 60_000,
  retry: false,
});

export const facetsQuery = (q: string) =>
  queryOptions({
    queryKey: ['findings', 'facets', q],
    queryFn: ({ signal }) => findingsApi.facets(q, signal),
    staleTime: 10_000,
    retryOnMount,
  });

export const findingQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'one', finding],
    queryFn: ({ signal }) => findingsApi.get(finding, signal),
    staleTime: 60_000,
  });

/** What is stored with a finding changes with its next scan only. */
export const codeQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'code', finding],
    queryFn: ({ signal }) => findingsApi.code(finding, signal),
    staleTime: 60_000,
  });

export const priorityQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'priority', finding],
    queryFn: ({ signal }) => findingsApi.priority(finding, signal),
    staleTime: 60_000,
  });

export const explainQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'explain', finding],
    queryFn: ({ signal }) => findingsApi.explain(finding, signal),
  });

export const policyQuery = (finding: string) =>
  queryOptions({
    queryKey: ['findings', 'policy', finding],
    queryFn: ({ signal }) => findingsApi.policy(finding, signal),
    staleTime: 60_000,
  });

export const groupsQuery = (q: string, by: 'rule' | 'asset', sort: 'severity' | 'count') =>
  queryOptions({
    queryKey: ['findings', 'facets', 'groups', q, by, sort],
    queryFn: ({ signal }) => findingsApi.groups({ q, by, sort }, signal),
    staleTime: 10_000,
  });

export const answerQuery = (vulnerability: string) =>
  queryOptions({
    queryKey: ['findings', 'facets', 'answer', vulnerability],
    queryFn: ({ signal }) => findingsApi.answer(vulnerability, signal),
  });

/** For which decisions the policy asks for a comment; it changes when a policy is saved. */
export const commentRulesQuery = queryOptions({
  queryKey: ['policy', 'comments'],
  queryFn: async ({ signal }) => (await findingsApi.commentRules(signal)).items,
  staleTime: 60_000,
});

/** Who can be given findings. */
export const peopleQuery = queryOptions({
  queryKey: ['findings', 'people'],
  queryFn: ({ signal }) => findingsApi.people(signal),
  staleTime: 60_000,
});

/** A complete change of each kind: which findings it leaves alone does not depend on its reason. */
function exampleOf(decision: DecisionId): TriageChange {
  if (decision === 'accept')
    return { status: 'risk-accepted', reason: 'planned', expires: Date.now() + DAY_MS };
  if (decision === 'false-positive') return { status: 'false-positive', reason: 'test-code' };
  return changeAtOnce(decision) ?? { status: 'confirmed' };
}

/** What a decision about all that fit would do. */
export const previewQuery = (decision: DecisionId, q: string, overrule: boolean) =>
  queryOptions({
    queryKey: ['findings', 'preview', decision, q, overrule],
    queryFn: async ({ signal }) =>
      (await findingsApi.preview(q, exampleOf(decision), overrule, signal)).preview,
    staleTime: 0,
  });

export const historyQuery = (finding: string) =>
  infiniteQueryOptions({
    queryKey: ['findings', 'history', finding],
    queryFn: ({ pageParam, signal }) => findingsApi.history(finding, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

/** So often somebody looks how far a change is that is not done yet. */
const LOOK_MS = 400;
const BUSY = ['planning', 'running', 'undoing'];

export const isBusy = (status: string): boolean => BUSY.includes(status);

export const changeQuery = (change: string) =>
  queryOptions({
    queryKey: ['changes', change],
    queryFn: ({ signal }) => changesApi.get(change, signal),
    refetchInterval: ({ state }) => (state.data && !isBusy(state.data.status) ? false : LOOK_MS),
  });
