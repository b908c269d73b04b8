import { newKey, request } from '../../api/client.ts';
import { addressInProject } from '../../api/project.ts';
import type { Page } from '../../api/types.ts';
import { upload } from '../../api/upload.ts';
import type {
  Access,
  Change,
  NewShare,
  Report,
  ReportDifference,
  ReportFormat,
  ReportWish,
  Share,
  ShareWish,
  Template,
  TemplateChange,
  TemplateWish,
  Verdict,
  WholeTemplate,
} from './types.ts';

const V1 = '/api/v1';
const id = encodeURIComponent;

type Query = Record<string, string | number | undefined>;

const get = <T>(path: string, signal?: AbortSignal, query?: Query) =>
  request<T>(`${V1}${path}`, { ...(signal ? { signal } : {}), ...(query ? { query } : {}) });

export const templatePath = (template: string) => `${V1}/report-templates/${id(template)}`;

export const reportsApi = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Report>>('/reports', signal, query),
  get: (report: string, signal?: AbortSignal) => get<Report>(`/reports/${id(report)}`, signal),
  /** The same key twice makes one report. */
  generate: (body: ReportWish, idempotencyKey: string = newKey()) =>
    request<Report>(`${V1}/reports`, { method: 'POST', body, idempotencyKey }),
  evidenceAddress(query: { from: string; until: string; parts: string }): string {
    const address = addressInProject(`${V1}/reports/evidence`);
    return `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams(query)}`;
  },
  remove: (report: string) => request<void>(`${V1}/reports/${id(report)}`, { method: 'DELETE' }),
  verify: (sha256: string) => get<Verdict>('/reports/verify', undefined, { sha256 }),
  diff: (
    older: string,
    newer: string,
    query: { change: Change; cursor?: string; limit: number },
    signal?: AbortSignal,
  ) => get<ReportDifference>(`/reports/${id(older)}/diff/${id(newer)}`, signal, query),

  fileAddress: (report: string, format: ReportFormat) =>
    addressInProject(`${V1}/reports/${id(report)}/files/${format}`),
  viewAddress(report: string) {
    const address = addressInProject(`${V1}/reports/${id(report)}/files/html`);
    return `${address}${address.includes('?') ? '&' : '?'}view=true`;
  },

  shares: (report: string, signal?: AbortSignal) =>
    get<{ items: Share[] }>(`/reports/${id(report)}/shares`, signal),
  share: (report: string, body: ShareWish) =>
    request<NewShare>(`${V1}/reports/${id(report)}/shares`, { method: 'POST', body }),
  revoke: (report: string, share: string) =>
    request<void>(`${V1}/reports/${id(report)}/shares/${id(share)}`, { method: 'DELETE' }),
  accesses: (report: string, share: string, query: Query, signal?: AbortSignal) =>
    get<Page<Access>>(`/reports/${id(report)}/shares/${id(share)}/accesses`, signal, query),

  templates: (signal?: AbortSignal) => get<{ items: Template[] }>('/report-templates', signal),
  template: (template: string, signal?: AbortSignal) =>
    get<WholeTemplate>(`/report-templates/${id(template)}`, signal),
  createTemplate: (body: TemplateWish) =>
    request<WholeTemplate>(`${V1}/report-templates`, { method: 'POST', body }),
  changeTemplate: (template: string, body: TemplateChange, ifMatch?: string) =>
    request<WholeTemplate>(templatePath(template), { method: 'PATCH', body, ifMatch }),
  logo: (template: string, file: File) =>
    upload<WholeTemplate>(`${templatePath(template)}/logo`, file, { method: 'PUT' }),
  removeTemplate: (template: string) => request<void>(templatePath(template), { method: 'DELETE' }),
};
