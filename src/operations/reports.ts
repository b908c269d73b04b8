import { createHash } from 'node:crypto';
import * as z from 'zod';
import { removeIfUnnamed } from '../engine/file-retention.ts';
import { POLICY_BYTES, servedPolicy } from '../reports/html/policy.ts';
import { removeReport } from '../reports/job/expire.ts';
import { REPORT_FORMATS, ReportFormat } from '../reports/model.ts';
import { evidenceMade } from './evidence.ts';
import { Download, defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { ownReport, REPORT_STATUSES, Report, toReports } from './report-view.ts';
import type { Services } from './services.ts';

const ReportPath = z.object({ id: z.string().max(60) });

export const reportList = defineOperation({
  id: 'reports.list',
  summary: 'Reports, newest first',
  method: 'GET',
  path: '/reports',
  permission: 'report:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    template: z.string().max(80).optional(),
    status: z.enum(REPORT_STATUSES).optional(),
  }),
  body: NO_BODY,
  output: listOf(Report),
  cli: 'report list',
  async handler(context, { query }) {
    let select = context.services.store.db
      .selectFrom('report')
      .selectAll()
      .where('project', '=', context.caller.project)
      .orderBy('id', 'desc')
      .limit(query.limit + 1);
    if (query.template !== undefined) select = select.where('template', '=', query.template);
    if (query.status !== undefined) select = select.where('status', '=', query.status);
    if (query.cursor) select = select.where('id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const { rows, nextCursor } = page(await select.execute(), query.limit, (row) => packCursor(row.id));
    return { items: await toReports(context, rows), nextCursor };
  },
});

export const reportGet = defineOperation({
  id: 'reports.get',
  summary: 'One report: what it is about, how far it is, its files and hashes',
  method: 'GET',
  path: '/reports/{id}',
  permission: 'report:read',
  audited: false,
  pathParams: ReportPath,
  query: NONE,
  body: NO_BODY,
  output: Report,
  cli: 'report show',
  async handler(context, { path }) {
    const [report] = await toReports(context, [await ownReport(context, path.id)]);
    return report as Report;
  },
});

export const reportDownload = defineOperation({
  id: 'reports.download',
  summary: 'A file of a report; a format that nobody asked for before is made now',
  method: 'GET',
  path: '/reports/{id}/files/{format}',
  permission: 'report:read',
  audited: false,
  pathParams: ReportPath.extend({ format: ReportFormat }),
  query: z.object({
    view: z
      .stringbool()
      .default(false)
      .describe('HTML as a page of its own, confined, in place of a download'),
    redacted: z.stringbool().default(false).describe('Without code, evidence and paths'),
  }),
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'report download',
  async handler(context, { path, query }) {
    const { services } = context;
    const row = await ownReport(context, path.id);
    const file = await services.reports.fileOf(row, path.format, query.redacted);
    return {
      name: file.name,
      mediaType: file.media_type,
      size: Number(file.size),
      etag: `"${file.sha256.slice(0, 32)}"`,
      ...(query.view && path.format === 'html' ? { view: await policyOf(services.blobs, file.blob) } : {}),
      open: (range) => services.blobs.open(file.blob, range),
    };
  },
});

export const reportRemove = defineOperation({
  id: 'reports.remove',
  summary: 'Remove a report with its files and links',
  method: 'DELETE',
  path: '/reports/{id}',
  permission: 'report:create',
  audited: true,
  pathParams: ReportPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'report remove',
  async handler(context, { path }) {
    const { store, blobs } = context.services;
    const row = await ownReport(context, path.id);
    const files = await store.db
      .selectFrom('report_file')
      .select('blob')
      .where('report', '=', row.id)
      .execute();
    const now = Date.now();
    context.audit({ subject: row.id, before: { title: row.title, hash: row.hash } });
    await context.change((write) =>
      removeReport(write, row, { actor: context.caller.id, reason: 'removed' }),
    );
    for (const { blob } of files) await removeIfUnnamed(store, blobs, blob, now);
    return {};
  },
});

export const reportVerify = defineOperation({
  id: 'reports.verify',
  summary:
    'Which report or evidence a file is, by its SHA-256, and whether what is stored is still what was made',
  method: 'GET',
  path: '/reports/verify',
  permission: 'report:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'expects a SHA-256 in hexadecimal digits') }),
  body: NO_BODY,
  output: z.object({
    matches: z.array(
      z.object({
        report: z.string(),
        title: z.string(),
        format: ReportFormat,
        redacted: z.boolean(),
        created: z.int(),
        asOf: z.int().nullable(),
        hash: z.string().nullable(),
        /** The stored file was read again just now. */
        intact: z.boolean(),
      }),
    ),
    evidence: z
      .array(z.object({ time: z.int(), from: z.string(), until: z.string() }))
      .describe('When it was made here as evidence for a period, as the audit log has it'),
  }),
  cli: 'report verify',
  async handler({ services, caller }, { query }) {
    const sha256 = query.sha256.toLowerCase();
    const rows = await services.store.db
      .selectFrom('report_file as f')
      .innerJoin('report as r', 'r.id', 'f.report')
      .select(['r.id', 'r.title', 'r.created', 'r.as_of', 'r.hash', 'f.format', 'f.blob'])
      .where('f.project', '=', caller.project)
      .where('f.sha256', '=', sha256)
      .orderBy('r.id')
      .limit(20)
      .execute();
    const matches = [];
    for (const row of rows) {
      const [name, mark] = row.format.split('.');
      const format = REPORT_FORMATS.find((one) => one === name);
      if (!format) continue;
      const intact = (await hashOf(services.blobs.open(row.blob))) === sha256;
      matches.push({
        report: row.id,
        title: row.title,
        format,
        redacted: mark === 'redacted',
        created: Number(row.created),
        asOf: row.as_of === null ? null : Number(row.as_of),
        hash: row.hash,
        intact,
      });
    }
    return {
      matches,
      evidence: await evidenceMade(services.store.db, { project: caller.project, sha256 }),
    };
  },
});

/** What confines a stored page when it is shown. */
export async function policyOf(blobs: Services['blobs'], blob: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of blobs.open(blob, { start: 0, end: POLICY_BYTES - 1 })) parts.push(part);
  return servedPolicy(Buffer.concat(parts).toString('latin1'));
}

async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of content) hash.update(chunk);
  } catch {
    // A blob that is gone, or cannot be read, is not what was made.
    return undefined;
  }
  return hash.digest('hex');
}
