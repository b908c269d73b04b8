import { canonicalJson } from '../../lib/canonical-json.ts';
import type { ReportFormat, ReportOptions } from '../model.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';

export interface Rendering {
  snapshot: Snapshot;
  options: ReportOptions;
  /** SHA-256 of the snapshot. */
  hash: string;
  redacted: boolean;
}

export const FORMAT_FILES: Record<ReportFormat, { ending: string; mediaType: string }> = {
  html: { ending: 'html', mediaType: 'text/html; charset=utf-8' },
  pdf: { ending: 'pdf', mediaType: 'application/pdf' },
  json: { ending: 'json', mediaType: 'application/json' },
  csv: { ending: 'csv', mediaType: 'text/csv; charset=utf-8' },
  sarif: { ending: 'sarif', mediaType: 'application/sarif+json' },
  markdown: { ending: 'md', mediaType: 'text/markdown; charset=utf-8' },
  vex: { ending: 'vex.json', mediaType: 'application/vnd.cyclonedx+json' },
};

/** The file, piece by piece. What one format needs is loaded for that one only. */
export async function renderFormat(
  format: ReportFormat,
  rendering: Rendering,
): Promise<AsyncIterable<Uint8Array | string>> {
  switch (format) {
    case 'html':
      return (await import('../html/html-report.ts')).htmlReport(rendering);
    case 'pdf':
      return (await import('../pdf/pdf-report.ts')).pdfReport(rendering);
    case 'json':
      return jsonReport(rendering);
    case 'csv':
      return (await import('../formats/csv.ts')).csvReport(rendering);
    case 'sarif':
      return (await import('../formats/sarif-report.ts')).sarifReport(rendering);
    case 'markdown':
      return (await import('../formats/markdown.ts')).markdownReport(rendering);
    case 'vex':
      return (await import('../formats/vex.ts')).vexReport(rendering);
  }
}

/** As the snapshot is: only what is redacted is written anew. */
async function* jsonReport({ snapshot }: Rendering): AsyncGenerator<string> {
  yield `{"about":${canonicalJson(snapshot.head)},\n"findings":[\n`;
  let any = false;
  for await (const finding of snapshot.findings()) {
    yield `${any ? ',\n' : ''}${canonicalJson(finding)}`;
    any = true;
  }
  yield any ? '\n]}\n' : ']}\n';
}
