import type { Selectable } from 'kysely';
import { readReport } from '../reports/job/report-files.ts';
import { ReportFormat } from '../reports/model.ts';
import type { Database } from '../store/schema.ts';
import type { Download } from './operation.ts';
import { policyOf } from './reports.ts';
import type { Services } from './services.ts';

/** What a link shows; undefined when it is gone. It was made when the link was: nothing is rendered for a reader outside. */
export async function openSharedReport(
  { store, blobs }: Services,
  share: Selectable<Database['report_share']>,
): Promise<Download | undefined> {
  const format = ReportFormat.parse(share.format);
  const file = await readReport(store.db, share.report, format, Number(share.redact) === 1);
  if (!file) return undefined;
  return {
    name: file.name,
    mediaType: file.media_type,
    size: Number(file.size),
    etag: `"${file.sha256.slice(0, 32)}"`,
    ...(format === 'html' ? { view: await policyOf(blobs, file.blob) } : {}),
    open: (range) => blobs.open(file.blob, range),
  };
}
