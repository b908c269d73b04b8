import { request } from '../../api/client.ts';
import { addressInProject } from '../../api/project.ts';
import type { Page } from '../../api/types.ts';
import type {
  ChangeSet,
  Explanation,
  Policy,
  PolicyRevision,
  Replay,
  SavedPolicy,
  Validation,
} from './types.ts';

const V1 = '/api/v1';
const id = encodeURIComponent;

export const POLICY = `${V1}/policy`;

export const policyApi = {
  get: (signal?: AbortSignal) => request<Policy>(POLICY, { ...(signal ? { signal } : {}) }),
  revision: (revision: number, signal?: AbortSignal) =>
    request<Policy>(POLICY, { query: { revision }, ...(signal ? { signal } : {}) }),
  revisions: (query: { cursor?: string; limit: number }, signal?: AbortSignal) =>
    request<Page<PolicyRevision>>(`${POLICY}/revisions`, { query, ...(signal ? { signal } : {}) }),
  validate: (source: string, signal?: AbortSignal) =>
    request<Validation>(`${POLICY}/validate`, {
      method: 'POST',
      body: { source },
      ...(signal ? { signal } : {}),
    }),
  save: (body: { source: string; note: string; base: number }) =>
    request<SavedPolicy>(POLICY, { method: 'PUT', body }),
  apply: () => request<{ revision: number }>(`${POLICY}/apply`, { method: 'POST' }),
  replay: (since: string, source: string | undefined, signal?: AbortSignal) =>
    request<Replay>(`${POLICY}/replay`, {
      method: 'POST',
      body: { since, ...(source === undefined ? {} : { source }) },
      ...(signal ? { signal } : {}),
    }),
  explain: (finding: string, source: string | undefined) =>
    request<Explanation>(`${V1}/findings/${id(finding)}/policy`, {
      method: 'POST',
      body: source === undefined ? {} : { source },
    }),
  fileAddress: () => addressInProject(`${POLICY}/file`),
  changes: (limit: number, signal?: AbortSignal) =>
    request<Page<ChangeSet>>(`${V1}/changes`, {
      query: { kind: 'policy', limit },
      ...(signal ? { signal } : {}),
    }),
  undo: (change: string) => request<ChangeSet>(`${V1}/changes/${id(change)}/undo`, { method: 'POST' }),
};
