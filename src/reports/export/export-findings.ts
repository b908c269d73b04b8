import { join } from 'node:path';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Store } from '../../store/store.ts';
import { collectReport } from '../collect/collect-report.ts';
import { NO_LOOK, type ReportFormat } from '../model.ts';
import { FORMAT_FILES, renderFormat } from '../render/render-format.ts';
import { openSnapshot, type Snapshot } from '../snapshot/read-snapshot.ts';

export const EXPORT_FORMATS = ['json', 'jsonl', 'csv', 'sarif', 'vex', 'markdown'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  project: string;
  /** As lists take it. */
  q: string;
  format: ExportFormat;
  actor: string;
  /** Id of who asks: `assignee:me`. */
  me: string;
  asOf: number;
}

export function exportFile(format: ExportFormat): { ending: string; mediaType: string } {
  return format === 'jsonl'
    ? { ending: 'jsonl', mediaType: 'application/x-ndjson' }
    : FORMAT_FILES[format satisfies ReportFormat];
}

/**
 * All findings that fit, piece by piece. They are written into the folder first, as one state: formats that say at their beginning
 * what is in them read them twice, and none holds them in memory.
 */
export async function* exportFindings(
  { store, version, folder }: { store: Store; version: string; folder: string },
  { project, q, format, actor, me, asOf }: ExportRequest,
): AsyncGenerator<Uint8Array | string> {
  const path = join(folder, 'snapshot.json');
  const { sha256 } = await collectReport(store, {
    report: `export-${new Date(asOf).toISOString().slice(0, 10)}`,
    title: 'Findings',
    classification: null,
    template: 'technical',
    about: { kind: 'query', q },
    against: null,
    ...{ project, actor, me, version, asOf, path },
  });
  const snapshot = await openSnapshot(path);
  if (format === 'jsonl') {
    yield* jsonLines(snapshot);
    return;
  }
  yield* await renderFormat(format, {
    snapshot,
    options: {
      formats: [format],
      template: { name: 'technical', base: 'technical', source: '', look: NO_LOOK },
      frameworks: [],
      classification: null,
      against: null,
    },
    hash: sha256,
    redacted: false,
  });
}

async function* jsonLines(snapshot: Snapshot): AsyncGenerator<string> {
  for await (const finding of snapshot.findings()) yield `${canonicalJson(finding)}\n`;
}
