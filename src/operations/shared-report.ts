import type { Selectable } from 'kysely';
import { readReport } from '../reports/job/report-files.ts';
import { LeftOut, leftOutWords } from '../reports/left-out.ts';
import { ReportFormat } from '../reports/model.ts';
import type { Database } from '../store/schema.ts';
import type { Download } from './operation.ts';
import { policyOf } from './reports.ts';
import type { Services } from './services.ts';

type Share = Selectable<Database['report_share']>;

/** What a reader outside is told of a report before they open a file of it. */
export interface SharedReport {
  title: string;
  asOf: number;
  findings: number;
  expires: number;
  files: { format: ReportFormat; name: string; size: number }[];
  /** In words; null when nothing was left out. */
  leftOut: string[] | null;
}

/** The formats that a link gives; links of an earlier release give one. */
export function formatsOf(share: Pick<Share, 'format' | 'formats'>): ReportFormat[] {
  const formats: unknown = share.formats === null ? [share.format] : JSON.parse(share.formats);
  return ReportFormat.array().parse(formats);
}

/** Undefined when the report is gone. */
export async function sharedReport({ store }: Services, share: Share): Promise<SharedReport | undefined> {
  const redacted = Number(share.redact) === 1;
  const report = await store.db
    .selectFrom('report')
    .select(['title', 'as_of', 'findings'])
    .where('id', '=', share.report)
    .executeTakeFirst();
  if (!report) return undefined;
  const files: SharedReport['files'] = [];
  let leftOut: string[] | null = redacted ? [] : null;
  for (const format of formatsOf(share)) {
    const file = await readReport(store.db, share.report, format, redacted);
    if (!file) continue;
    files.push({ format, name: file.name, size: Number(file.size) });
    if (file.left_out !== null && leftOut?.length === 0)
      leftOut = leftOutWords(LeftOut.parse(JSON.parse(file.left_out)));
  }
  if (files.length === 0) return undefined;
  return {
    title: report.title,
    asOf: Number(report.as_of),
    findings: Number(report.findings ?? 0),
    expires: Number(share.expires),
    files,
    leftOut,
  };
}

/**
 * One file of it; undefined when it is gone or the link does not give this format. It was made when the link was: nothing is rendered
 * for a reader outside. A page is shown, unless it is to be kept.
 */
export async function openSharedReport(
  { store, blobs }: Services,
  share: Share,
  { format, keep }: { format: string; keep: boolean },
): Promise<Download | undefined> {
  const given = formatsOf(share).find((one) => one === format);
  const file = given && (await readReport(store.db, share.report, given, Number(share.redact) === 1));
  if (!file) return undefined;
  return {
    name: file.name,
    mediaType: file.media_type,
    size: Number(file.size),
    etag: `"${file.sha256.slice(0, 32)}"`,
    ...(given === 'html' && !keep ? { view: await policyOf(blobs, file.blob) } : {}),
    open: (range) => blobs.open(file.blob, range),
  };
}
