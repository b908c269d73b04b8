import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { importEvents } from './import-events.ts';
import type { ImportEvent, ImportedFinding, Importer, Report, ReportHead } from './importer.ts';
import type { Mapping } from './mapping/mapping.ts';
import { openReport, plainBytes } from './read/open-report.ts';
import { readHead } from './read/report-head.ts';

/** What an importer made of a report, for tests. */
export interface Imported {
  findings: ImportedFinding[];
  rules: Extract<ImportEvent, { type: 'rule' }>[];
  problems: Extract<ImportEvent, { type: 'problem' }>[];
  skipped: Extract<ImportEvent, { type: 'skipped' }>[];
  covered: Extract<ImportEvent, { type: 'covered' }>[];
  verdicts: Extract<ImportEvent, { type: 'verdict' }>[];
  asset: string | undefined;
  events: ImportEvent[];
}

/** The report in a file, or in a text, read by this importer as an import does it: rules announced, problems collected. */
export async function importReport(
  importer: Importer,
  from: { file: string } | { text: string | Uint8Array; name?: string },
  options: { mapping?: Mapping; root?: string } = {},
): Promise<Imported> {
  const source = sourceOf(from);
  const events: ImportEvent[] = [];
  for await (const event of importEvents(importer, source, {
    signal: new AbortController().signal,
    log: () => undefined,
    mapping: options.mapping ?? null,
    ...(options.root === undefined ? {} : { root: options.root }),
  }))
    events.push(event);
  const of = <T extends ImportEvent['type']>(type: T) =>
    events.filter((event): event is Extract<ImportEvent, { type: T }> => event.type === type);
  return {
    findings: of('finding'),
    rules: of('rule'),
    problems: of('problem'),
    skipped: of('skipped'),
    covered: of('covered'),
    verdicts: of('verdict'),
    asset: of('asset')[0]?.name,
    events,
  };
}

/** The head of a file, as importers see it when they recognise. */
export function headOf(
  from: { file: string } | { text: string | Uint8Array; name?: string },
): Promise<ReportHead> {
  const source = sourceOf(from);
  return readHead(source.name, plainBytes(source));
}

/** A report alone, with what its readers complained about; in pieces of `chunk` bytes. */
export function reportOf(
  text: string | Uint8Array,
  { name = 'report', chunk = 65_536 }: { name?: string; chunk?: number } = {},
): { report: Report; problems: { at: string; message: string; damaged: boolean }[] } {
  const bytes = Buffer.from(text as Uint8Array);
  const problems: { at: string; message: string; damaged: boolean }[] = [];
  const report = openReport(
    {
      name,
      async *bytes() {
        for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
      },
    },
    { problem: (at, message, { damaged = false } = {}) => problems.push({ at, message, damaged }) },
  );
  return { report, problems };
}

function sourceOf(from: { file: string } | { text: string | Uint8Array; name?: string }) {
  if ('text' in from) {
    const bytes = Buffer.from(from.text as Uint8Array);
    return {
      name: from.name ?? 'report',
      async *bytes() {
        yield bytes as Uint8Array;
      },
    };
  }
  return {
    name: basename(from.file),
    async *bytes() {
      yield readFileSync(from.file) as Uint8Array;
    },
  };
}
