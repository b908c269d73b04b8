import { request } from '../../api/client.ts';
import type { Page } from '../../api/types.ts';
import type {
  Acceptance,
  AcceptanceSettings,
  ChangeSet,
  Closing,
  CommentRule,
  Explained,
  Facets,
  FindingCode,
  FindingPage,
  FindingSort,
  FullFinding,
  FullImport,
  Groups,
  HistoryItem,
  Import,
  ImportFormat,
  NewSuppression,
  NewView,
  People,
  PolicyExplained,
  Priority,
  PriorityList,
  Suppression,
  SuppressionPreview,
  TriageAnswer,
  TriageChange,
  View,
  VulnerabilityAnswer,
} from './types.ts';

const V1 = '/api/v1';
const id = encodeURIComponent;

type Query = Record<string, string | number | undefined>;

const get = <T>(path: string, signal?: AbortSignal, query?: Query) =>
  request<T>(`${V1}${path}`, { ...(signal ? { signal } : {}), ...(query ? { query } : {}) });
const send = <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
  request<T>(`${V1}${path}`, { method, ...(body === undefined ? {} : { body }) });

/** All by id, or all that fit: never both. */
export type Chosen = { ids: readonly string[] } | { q: string };

export const findingsApi = {
  list: (query: { q: string; sort: FindingSort; cursor?: string; limit: number }, signal?: AbortSignal) =>
    get<FindingPage>('/findings', signal, query),
  facets: (q: string, signal?: AbortSignal) => get<Facets>('/findings/facets', signal, { q }),
  get: (finding: string, signal?: AbortSignal) => get<FullFinding>(`/findings/${id(finding)}`, signal),
  code: (finding: string, signal?: AbortSignal) => get<FindingCode>(`/findings/${id(finding)}/code`, signal),
  priority: (finding: string, signal?: AbortSignal) =>
    get<Priority>(`/findings/${id(finding)}/priority`, signal),
  explain: (finding: string, signal?: AbortSignal) =>
    get<Explained>(`/findings/${id(finding)}/identity`, signal),
  history: (finding: string, cursor: string, signal?: AbortSignal) =>
    get<Page<HistoryItem>>(`/findings/${id(finding)}/history`, signal, { cursor, limit: 50 }),
  policy: (finding: string, signal?: AbortSignal) =>
    request<PolicyExplained>(`${V1}/findings/${id(finding)}/policy`, {
      method: 'POST',
      body: {},
      ...(signal ? { signal } : {}),
    }),
  comment: (finding: string, text: string) =>
    send<HistoryItem>('POST', `/findings/${id(finding)}/comments`, { text }),
  merge: (finding: string, into: string, comment?: string) =>
    send<unknown>('POST', `/findings/${id(finding)}/merge`, { into, ...(comment ? { comment } : {}) }),
  unmerge: (finding: string, comment?: string) =>
    send<unknown>('POST', `/findings/${id(finding)}/unmerge`, comment ? { comment } : {}),
  commentRules: (signal?: AbortSignal) => get<Page<CommentRule>>('/policy/comments', signal),
  triage: (chosen: Chosen, change: TriageChange, overrule = false) =>
    send<TriageAnswer>('POST', '/findings/triage', { ...chosen, change, overrule }),
  preview: (q: string, change: TriageChange, overrule: boolean, signal?: AbortSignal) =>
    request<TriageAnswer>(`${V1}/findings/triage`, {
      method: 'POST',
      body: { q, change, overrule, dryRun: true },
      ...(signal ? { signal } : {}),
    }),
  groups: (query: { q: string; by: string; sort: string }, signal?: AbortSignal) =>
    get<Groups>('/findings/groups', signal, query),
  answer: (vulnerability: string, signal?: AbortSignal) =>
    get<VulnerabilityAnswer>(`/findings/answer/${id(vulnerability)}`, signal),
  people: (signal?: AbortSignal) => get<People>('/findings/people', signal),
};

export const changesApi = {
  get: (change: string, signal?: AbortSignal) => get<ChangeSet>(`/changes/${id(change)}`, signal),
  list: (cursor: string, signal?: AbortSignal) =>
    get<Page<ChangeSet>>('/changes', signal, { cursor, limit: 50 }),
  undo: (change: string) => send<ChangeSet>('POST', `/changes/${id(change)}/undo`),
};

export const viewsApi = {
  list: (signal?: AbortSignal) => get<Page<View>>('/views', signal),
  create: (body: NewView) => send<View>('POST', '/views', body),
  update: (view: string, body: Partial<NewView>) => send<View>('PATCH', `/views/${id(view)}`, body),
  remove: (view: string) => send<void>('DELETE', `/views/${id(view)}`),
};

/** What the project looks at first. */
export const priorityApi = {
  get: (signal?: AbortSignal) => get<PriorityList>('/findings/priority-list', signal),
  set: (body: { query: string; sort: FindingSort }) =>
    send<PriorityList>('PUT', '/findings/priority-list', body),
  reset: () => send<PriorityList>('DELETE', '/findings/priority-list'),
};

export const importsApi = {
  list: (cursor: string, signal?: AbortSignal) =>
    get<Page<Import>>('/imports', signal, { cursor, limit: 50 }),
  get: (run: string, signal?: AbortSignal) => get<FullImport>(`/imports/${id(run)}`, signal),
  formats: (signal?: AbortSignal) => get<Page<ImportFormat>>('/imports/formats', signal),
  undo: (run: string) => send<ChangeSet>('POST', `/imports/${id(run)}/undo`),
};

export const closingsApi = {
  list: (status: string, cursor: string, signal?: AbortSignal) =>
    get<Page<Closing>>('/findings/closings', signal, { status, cursor, limit: 50 }),
  approve: (closing: string) =>
    send<Closing & { closed: number }>('POST', `/findings/closings/${id(closing)}/approve`),
  reject: (closing: string) => send<Closing>('POST', `/findings/closings/${id(closing)}/reject`),
};

export const suppressionsApi = {
  list: (query: { ended?: string; cursor?: string }, signal?: AbortSignal) =>
    get<Page<Suppression>>('/suppressions', signal, { ...query, limit: 50 }),
  preview: (query: string, signal?: AbortSignal) =>
    request<SuppressionPreview>(`${V1}/suppressions/preview`, {
      method: 'POST',
      body: { query },
      ...(signal ? { signal } : {}),
    }),
  create: (body: NewSuppression) => send<Suppression & { change: string }>('POST', '/suppressions', body),
  end: (suppression: string) => send<Suppression>('POST', `/suppressions/${id(suppression)}/end`),
};

export const acceptancesApi = {
  list: (status: string, cursor: string, signal?: AbortSignal) =>
    get<Page<Acceptance>>('/findings/acceptances', signal, { status, cursor, limit: 50 }),
  settings: (signal?: AbortSignal) => get<AcceptanceSettings>('/findings/acceptance-settings', signal),
  approve: (acceptance: string, comment: string) =>
    send<Acceptance>('POST', `/findings/acceptances/${id(acceptance)}/approve`, comment ? { comment } : {}),
  reject: (acceptance: string, comment: string) =>
    send<Acceptance>('POST', `/findings/acceptances/${id(acceptance)}/reject`, comment ? { comment } : {}),
};
