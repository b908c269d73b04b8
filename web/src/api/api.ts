import { ApiError, newKey, request } from './client.ts';
import { addressInProject, currentProject, setProject } from './project.ts';
import type {
  Artifact,
  Finding,
  FindingSummary,
  LogLine,
  Occurrence,
  Page,
  Params,
  Problem,
  Run,
  RunFinding,
  ScopeEntry,
  Session,
  StartedRun,
  TaskCheck,
  TaskInfo,
  TaskSummary,
} from './types.ts';

const V1 = '/api/v1';
const id = encodeURIComponent;

/** Every call that the web app makes, with its types. */
export const api = {
  session: readSession,
  setup: (body: { token: string; login: string; name: string; password: string }) =>
    request<unknown>('/auth/setup', { method: 'POST', body }),
  signOut: () => request<void>('/auth/logout', { method: 'POST' }),

  tasks: (signal?: AbortSignal) => request<Page<TaskSummary>>(`${V1}/tasks`, options(signal)),
  task: (task: string, signal?: AbortSignal) =>
    request<TaskInfo>(`${V1}/tasks/${id(task)}/info`, options(signal)),
  taskDurations: (signal?: AbortSignal) =>
    request<Page<{ task: string; runs: number; medianMs: number }>>(`${V1}/task-durations`, options(signal)),
  checkTask: (task: string, params: Params) =>
    request<TaskCheck>(`${V1}/tasks/${id(task)}/check`, { method: 'POST', body: { params } }),
  /** The same key twice starts one run. */
  startTask: (task: string, params: Params, idempotencyKey: string = newKey()) =>
    request<StartedRun>(`${V1}/tasks/${id(task)}/run`, { method: 'POST', body: { params }, idempotencyKey }),

  runs: (
    query: {
      status?: string;
      task?: string;
      since?: string;
      asset?: string;
      q?: string;
      cursor?: string;
      limit?: number;
    },
    signal?: AbortSignal,
  ) => request<Page<Run>>(`${V1}/runs`, { query, ...options(signal) }),
  run: (run: string, signal?: AbortSignal) => request<Run>(`${V1}/runs/${id(run)}`, options(signal)),
  runFindings: (run: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal) =>
    request<Page<RunFinding>>(`${V1}/runs/${id(run)}/findings`, { query, ...options(signal) }),
  runLog: (run: string, query: { after?: string; limit?: number }, signal?: AbortSignal) =>
    request<Page<LogLine>>(`${V1}/runs/${id(run)}/log`, { query, ...options(signal) }),
  findInLog: (run: string, query: { q: string; level?: string }, signal?: AbortSignal) =>
    request<{ total: number; lines: number[] }>(`${V1}/runs/${id(run)}/log/find`, {
      query,
      ...options(signal),
    }),
  logFileAddress: (run: string) => addressInProject(`${V1}/runs/${id(run)}/log/file`),
  runProblems: (run: string, signal?: AbortSignal) =>
    request<Page<Problem>>(`${V1}/runs/${id(run)}/problems`, options(signal)),
  runArtifacts: (run: string, signal?: AbortSignal) =>
    request<Page<Artifact>>(`${V1}/runs/${id(run)}/artifacts`, options(signal)),
  artifactAddress: (artifact: Artifact) =>
    addressInProject(`${V1}/runs/${id(artifact.run)}/artifacts/${id(artifact.id)}`),
  cancelRun: (run: string) => request<StartedRun>(`${V1}/runs/${id(run)}/cancel`, { method: 'POST' }),
  rerun: (run: string, idempotencyKey: string = newKey()) =>
    request<StartedRun>(`${V1}/runs/${id(run)}/rerun`, { method: 'POST', idempotencyKey }),

  findings: (query: { q?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
    request<Page<FindingSummary>>(`${V1}/findings`, { query, ...options(signal) }),
  finding: (finding: string, signal?: AbortSignal) =>
    request<Finding & { occurrences: Occurrence[] }>(`${V1}/findings/${id(finding)}`, options(signal)),

  scope: (signal?: AbortSignal) => request<Page<ScopeEntry>>(`${V1}/scope`, options(signal)),
  addScope: (body: { kind: 'path' | 'host'; value: string }) =>
    request<ScopeEntry>(`${V1}/scope`, { method: 'POST', body }),
  removeScope: (entry: string) => request<void>(`${V1}/scope/${id(entry)}`, { method: 'DELETE' }),
};

/** A project that was chosen once may be gone, or be another account's: then the usual one counts. */
async function readSession(): Promise<Session> {
  try {
    return await request<Session>('/auth/session');
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'forbidden' || !currentProject()) throw error;
    setProject(undefined);
    return request<Session>('/auth/session');
  }
}

function options(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
