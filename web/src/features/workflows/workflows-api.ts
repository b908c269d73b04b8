import { request } from '../../api/client.ts';
import type { Page, Params, RunFinding } from '../../api/types.ts';
import type {
  Approval,
  Conversion,
  Difference,
  Plan,
  Revision,
  RevisionSource,
  RunState,
  RunSummary,
  Saved,
  Schedule,
  ScheduleWish,
  StepDetail,
  StepItem,
  Summary,
  Template,
  TemplateDocument,
  Trigger,
  TriggerWish,
  Validation,
  Workflow,
  WorkflowDefinition,
} from './types.ts';

const V1 = '/api/v1';
const id = encodeURIComponent;

type Query = Record<string, string | number | undefined>;
type StartedWorkflow = { run: { id: string; status: string } };

const get = <T>(path: string, signal?: AbortSignal, query?: Query) =>
  request<T>(`${V1}${path}`, { ...(signal ? { signal } : {}), ...(query ? { query } : {}) });
const send = <T>(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown = {}) =>
  request<T>(`${V1}${path}`, { method, body });
const remove = (path: string, query: Query = {}) =>
  request<void>(`${V1}${path}`, { method: 'DELETE', query });

export interface RunOrder {
  /** Name of a stored one, or a document. */
  workflow: string;
  inputs: Params;
  samples?: boolean;
}

/** Workflows: their documents, and what they would do. */
export const workflowsApi = {
  list: (query: { q?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
    get<Page<Summary>>('/workflows', signal, query),
  get: (name: string, signal?: AbortSignal) => get<Workflow>(`/workflows/${id(name)}`, signal),
  create: (body: { source: string; note: string }) => send<Saved>('POST', '/workflows', body),
  save: (name: string, body: { source: string; note: string; base?: number }) =>
    send<Saved>('PUT', `/workflows/${id(name)}`, body),
  remove: (name: string, force: boolean) => remove(`/workflows/${id(name)}`, force ? { force: 'true' } : {}),
  restore: (name: string, body: { revision: number; note?: string }) =>
    send<Saved>('POST', `/workflows/${id(name)}/restore`, body),
  validate: (source: string, signal?: AbortSignal) =>
    request<Validation>(`${V1}/workflows/validate`, {
      method: 'POST',
      body: { source },
      ...(signal ? { signal } : {}),
    }),
  convert: (source: string) => send<Conversion>('POST', '/workflows/convert', { source }),
  templates: (signal?: AbortSignal) => get<Page<Template>>('/workflows/templates', signal),
  template: (name: string, signal?: AbortSignal) =>
    get<TemplateDocument>(`/workflows/templates/${id(name)}`, signal),
  revisions: (name: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal) =>
    get<Page<Revision>>(`/workflows/${id(name)}/revisions`, signal, query),
  revision: (name: string, revision: number, signal?: AbortSignal) =>
    get<RevisionSource>(`/workflows/${id(name)}/revisions/${revision}`, signal),
  diff: (name: string, query: { from: number; to: number }, signal?: AbortSignal) =>
    get<Difference>(`/workflows/${id(name)}/diff`, signal, query),
  plan: (order: RunOrder) => send<Plan>('POST', '/workflows/dry-run', order),
  run: (order: RunOrder) => send<StartedWorkflow>('POST', '/workflows/run', order),
};

/** Runs of workflows. */
export const workflowRunsApi = {
  list: (
    query: { workflow?: string; status?: string; trigger?: string; cursor?: string; limit?: number },
    signal?: AbortSignal,
  ) => get<Page<RunSummary>>('/workflows/runs', signal, query),
  get: (run: string, signal?: AbortSignal) => get<RunState>(`/workflows/runs/${id(run)}`, signal),
  definition: (run: string, signal?: AbortSignal) =>
    get<WorkflowDefinition>(`/workflows/runs/${id(run)}/definition`, signal),
  step: (run: string, step: string, item: number | null, signal?: AbortSignal) =>
    get<StepDetail>(`/workflows/runs/${id(run)}/steps/${id(step)}`, signal, item === null ? {} : { item }),
  items: (run: string, step: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal) =>
    get<Page<StepItem>>(`/workflows/runs/${id(run)}/steps/${id(step)}/items`, signal, query),
  findings: (run: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal) =>
    get<Page<RunFinding>>(`/workflows/runs/${id(run)}/findings`, signal, query),
  cancel: (run: string, force: boolean) =>
    send<StartedWorkflow>('POST', `/workflows/runs/${id(run)}/cancel`, { force }),
  resume: (run: string) =>
    request<StartedWorkflow>(`${V1}/workflows/runs/${id(run)}/resume`, { method: 'POST' }),
  replay: (run: string, body: { from?: string; inputs?: Params }) =>
    send<StartedWorkflow>('POST', `/workflows/runs/${id(run)}/replay`, body),
};

const schedulePath = (schedule: string) => `/schedules/${id(schedule)}`;

export const schedulesApi = {
  list: (query: { workflow?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
    get<Page<Schedule>>('/schedules', signal, query),
  create: (body: ScheduleWish) => send<Schedule>('POST', '/schedules', body),
  get: (schedule: string) => get<Schedule>(schedulePath(schedule)),
  update: (schedule: string, body: Partial<Omit<ScheduleWish, 'workflow'>>, ifMatch?: string) =>
    request<Schedule>(`${V1}${schedulePath(schedule)}`, { method: 'PATCH', body, ifMatch }),
  remove: (schedule: string) => remove(`/schedules/${id(schedule)}`),
  pause: (schedule: string, note: string) =>
    send<Schedule>('POST', `/schedules/${id(schedule)}/pause`, { note }),
  resume: (schedule: string) => send<Schedule>('POST', `/schedules/${id(schedule)}/resume`),
};

export const triggersApi = {
  list: (query: { workflow?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
    get<Page<Trigger>>('/triggers', signal, query),
  create: (body: TriggerWish) => send<Trigger>('POST', '/triggers', body),
  edit: (
    trigger: string,
    body: Partial<Pick<TriggerWish, 'name' | 'event' | 'inputs'>> & { query?: string | null },
  ) => request<Trigger>(`${V1}/triggers/${id(trigger)}`, { method: 'PATCH', body }),
  remove: (trigger: string) => remove(`/triggers/${id(trigger)}`),
  pause: (trigger: string, note: string) => send<Trigger>('POST', `/triggers/${id(trigger)}/pause`, { note }),
  resume: (trigger: string) => send<Trigger>('POST', `/triggers/${id(trigger)}/resume`),
  storeSecret: (name: string, value: string) => send<unknown>('PUT', `/secrets/${id(name)}`, { value }),
};

export const approvalsApi = {
  list: (query: { status?: string; run?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
    get<Page<Approval>>('/approvals', signal, query),
  get: (approval: string, signal?: AbortSignal) => get<Approval>(`/approvals/${id(approval)}`, signal),
  decide: (approval: string, body: { approve: boolean; comment?: string }) =>
    send<Approval>('POST', `/approvals/${id(approval)}/decide`, body),
};
