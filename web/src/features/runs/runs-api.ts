import type * as z from 'zod';
import type { runFailures } from '../../../../src/operations/run-failures.ts';
import type { cancelMany, runJob } from '../../../../src/operations/run-jobs.ts';
import { request } from '../../api/client.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Body<T> = T extends { body: infer B extends z.ZodType } ? z.input<B> : never;

export type RunJob = Answer<typeof runJob>;
export type ManyAnswer = Answer<typeof cancelMany>;
export type FailureGroup = Answer<typeof runFailures>['items'][number];
export type ManyAction = RunJob['action'];
/** Some by id, or all that fit a query. */
export type Which = Pick<Body<typeof cancelMany>, 'ids' | 'q'>;

const V1 = '/api/v1';
const id = encodeURIComponent;

export const runsApi = {
  many: (action: ManyAction, body: Body<typeof cancelMany>, signal?: AbortSignal) =>
    request<ManyAnswer>(`${V1}/runs/${action}`, { method: 'POST', body, ...(signal ? { signal } : {}) }),
  job: (job: string, signal?: AbortSignal) =>
    request<RunJob>(`${V1}/run-jobs/${id(job)}`, signal ? { signal } : {}),
  stopJob: (job: string) => request<RunJob>(`${V1}/run-jobs/${id(job)}/stop`, { method: 'POST' }),
  failures: (query: { since?: string }, signal?: AbortSignal) =>
    request<{ items: FailureGroup[] }>(`${V1}/run-failures`, { query, ...(signal ? { signal } : {}) }),
};
