/** Calls about the project's belongings and the server, typed by the operations' own declarations. Types only. */
import type * as z from 'zod';
import type { accountSettingsGet } from '../../../src/operations/account-settings.ts';
import type { configFilePreview, configFilePut, configGet } from '../../../src/operations/config.ts';
import type { fileList } from '../../../src/operations/files.ts';
import type { findingFacets } from '../../../src/operations/findings.ts';
import type { overviewAttention, overviewFindings, overviewRuns } from '../../../src/operations/overview.ts';
import type { overviewAges } from '../../../src/operations/overview-ages.ts';
import type { pluginGet, pluginList } from '../../../src/operations/plugins.ts';
import type { secretList, secretRotate, secretRotation, secretSet } from '../../../src/operations/secrets.ts';
import type { systemChecks, systemGet } from '../../../src/operations/system.ts';
import type { workerList, workerQueues } from '../../../src/operations/workers.ts';
import { request } from './client.ts';
import { addressInProject } from './project.ts';
import type { Page } from './types.ts';
import { type UploadOptions, upload } from './upload.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Item<T> = Answer<T> extends { items: readonly (infer I)[] } ? I : never;

export type Attention = Answer<typeof overviewAttention>;
export type FindingTrend = Answer<typeof overviewFindings>;
export type FindingAges = Answer<typeof overviewAges>;
export type UserSettings = Answer<typeof accountSettingsGet>;
export type RunTotals = Answer<typeof overviewRuns>;
export type Facets = Answer<typeof findingFacets>;
export type StoredFile = Item<typeof fileList>;
export type Secret = Item<typeof secretList>;
export type PluginSummary = Item<typeof pluginList>;
export type Plugin = Answer<typeof pluginGet>;
export type Setting = Item<typeof configGet>;
export type ConfigPreview = Answer<typeof configFilePreview>;
export type ConfigUploaded = Answer<typeof configFilePut>;
export type SystemState = Answer<typeof systemGet>;
export type SystemChecks = Answer<typeof systemChecks>;
export type Process = Item<typeof workerList>;

const V1 = '/api/v1';
const id = encodeURIComponent;
const get = <T>(path: string, signal?: AbortSignal, query?: Record<string, string | number | undefined>) =>
  request<T>(`${V1}${path}`, { ...(signal ? { signal } : {}), ...(query ? { query } : {}) });

/** One span of time and one asset, or all, for every card. */
export interface Asked {
  days: number;
  asset?: string;
}

export const settingsApi = {
  get: (signal?: AbortSignal) => get<UserSettings>('/account/settings', signal),
  update: (change: Partial<UserSettings>) =>
    request<UserSettings>(`${V1}/account/settings`, { method: 'PATCH', body: change }),
};

export const overviewApi = {
  attention: (signal?: AbortSignal) => get<Attention>('/overview/attention', signal),
  findings: (asked: Asked, signal?: AbortSignal) =>
    get<FindingTrend>('/overview/findings', signal, { ...asked }),
  ages: (asked: Asked, signal?: AbortSignal) => get<FindingAges>('/overview/ages', signal, { ...asked }),
  runs: (asked: Asked, signal?: AbortSignal) => get<RunTotals>('/overview/runs', signal, { ...asked }),
  facets: (q: string, signal?: AbortSignal) => get<Facets>('/findings/facets', signal, { q }),
};

export const projectApi = {
  files: (cursor: string, signal?: AbortSignal) =>
    get<Page<StoredFile>>('/files', signal, { ...(cursor ? { cursor } : {}), limit: 100 }),
  file: (file: string, signal?: AbortSignal) => get<StoredFile>(`/files/${id(file)}`, signal),
  uploadFile: (file: File, options: UploadOptions) => upload<StoredFile>(`${V1}/files`, file, options),
  fileAddress: (file: string) => addressInProject(`${V1}/files/${id(file)}/content`),
  removeFile: (file: string) => request<void>(`${V1}/files/${id(file)}`, { method: 'DELETE' }),

  secrets: (of: 'project' | 'instance', signal?: AbortSignal) =>
    get<Page<Secret>>('/secrets', signal, { of }),
  setSecret: (name: string, value: string, of: 'project' | 'instance') =>
    request<Answer<typeof secretSet>>(`${V1}/secrets/${id(name)}`, {
      method: 'PUT',
      query: { of },
      body: { value },
    }),
  removeSecret: (name: string, of: 'project' | 'instance') =>
    request<void>(`${V1}/secrets/${id(name)}`, { method: 'DELETE', query: { of } }),
};

export const CONFIG_FILE = `${V1}/config/file`;

export const systemApi = {
  state: (signal?: AbortSignal) => get<SystemState>('/system', signal),
  checks: (signal?: AbortSignal) => get<SystemChecks>('/system/checks', signal),
  processes: (signal?: AbortSignal) => get<Page<Process>>('/workers', signal),
  queues: (signal?: AbortSignal) => get<Answer<typeof workerQueues>>('/workers/queues', signal),
  rotateKeys: () => request<Answer<typeof secretRotate>>(`${V1}/secrets/rotate`, { method: 'POST' }),
  rotation: (signal?: AbortSignal) => get<Answer<typeof secretRotation>>('/secrets/rotate', signal),

  settings: (signal?: AbortSignal) => get<Answer<typeof configGet>>('/config', signal),
  previewConfig: (file: File) => upload<ConfigPreview>(`${CONFIG_FILE}/preview`, file),
  uploadConfig: (file: File, ifMatch: string | undefined) =>
    upload<ConfigUploaded>(CONFIG_FILE, file, { method: 'PUT', ifMatch }),

  plugins: (signal?: AbortSignal) => get<Page<PluginSummary>>('/plugins', signal),
  plugin: (plugin: string, signal?: AbortSignal) => get<Plugin>(`/plugins/${id(plugin)}`, signal),
  allowPlugin: (plugin: string, hash: string) =>
    request<Plugin>(`${V1}/plugins/${id(plugin)}/allow`, { method: 'POST', body: { hash } }),
  refusePlugin: (plugin: string) => request<void>(`${V1}/plugins/${id(plugin)}/refuse`, { method: 'POST' }),
};
