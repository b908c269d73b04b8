import type { Selectable } from 'kysely';
import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { Against, REPORT_FORMATS, ReportAbout, ReportFormat, ReportOptions } from '../reports/model.ts';
import type { Database } from '../store/schema.ts';
import type { OperationContext } from './operation.ts';

export type ReportRow = Selectable<Database['report']>;

export const REPORT_STATUSES = ['queued', 'rendering', 'ready', 'failed'] as const;

const ReportFile = z.object({
  format: ReportFormat,
  name: z.string(),
  mediaType: z.string(),
  size: z.int(),
  sha256: z.string(),
});

/** A report in lists and by itself; times are milliseconds since 1970 (UTC). */
export const Report = z.object({
  id: z.string(),
  title: z.string(),
  template: z.string(),
  status: z.enum(REPORT_STATUSES),
  about: ReportAbout,
  against: Against.nullable(),
  classification: z.string().nullable(),
  created: z.int(),
  asOf: z.int().nullable(),
  ended: z.int().nullable(),
  expires: z.int().nullable(),
  actor: z.string(),
  findings: z.int().nullable(),
  /** SHA-256 of the snapshot, which is its JSON file. */
  hash: z.string().nullable(),
  /** The run of a workflow that made it. */
  workflowRun: z.string().nullable(),
  progress: z.object({ phase: z.string(), done: z.int(), total: z.int() }).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Made when it was; every other format is made when it is asked for. */
  files: z.array(ReportFile),
});
export type Report = z.output<typeof Report>;

export async function toReports(
  { services }: OperationContext,
  rows: readonly ReportRow[],
): Promise<Report[]> {
  const ids = rows.map(({ id }) => id);
  const files =
    ids.length === 0
      ? []
      : await services.store.db
          .selectFrom('report_file')
          .selectAll()
          .where('report', 'in', ids)
          .orderBy('format')
          .execute();
  const filesOf = Map.groupBy(files, ({ report }) => report);
  return rows.map((row) => {
    const options = ReportOptions.parse(JSON.parse(row.options));
    return {
      id: row.id,
      title: row.title,
      template: row.template,
      status: row.status as Report['status'],
      about: ReportAbout.parse(JSON.parse(row.about)),
      against: options.against,
      classification: options.classification,
      created: Number(row.created),
      asOf: numberOf(row.as_of),
      ended: numberOf(row.ended),
      expires: numberOf(row.expires),
      actor: row.actor,
      findings: numberOf(row.findings),
      hash: row.hash,
      workflowRun: row.schedule,
      progress: row.progress === null ? null : JSON.parse(row.progress),
      error: row.error === null ? null : JSON.parse(row.error),
      files: (filesOf.get(row.id) ?? []).flatMap((file) => {
        const format = REPORT_FORMATS.find((one) => one === file.format);
        if (!format) return [];
        return [
          {
            format,
            name: file.name,
            mediaType: file.media_type,
            size: Number(file.size),
            sha256: file.sha256,
          },
        ];
      }),
    };
  });
}

/** Within this project. */
export async function ownReport({ services, caller }: OperationContext, id: string): Promise<ReportRow> {
  const row = await services.store.db
    .selectFrom('report')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', caller.project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no report ${id.slice(0, 60)}.`);
  return row;
}

function numberOf(value: number | string | null): number | null {
  return value === null ? null : Number(value);
}
