import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { reportGenerate } from '../../operations/report-generate.ts';
import type { Report } from '../../operations/report-view.ts';
import { reportDownload, reportGet } from '../../operations/reports.ts';
import { resolveRun } from '../by-end.ts';
import { configOf, type GlobalOptions, oneOf } from '../globals.ts';
import { mediaTypeOf } from '../media-type.ts';
import { operationOf } from '../operation-commands/resolve.ts';
import { localTime, plural, print } from '../print.ts';
import { checkOutput } from '../run/output-file.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { facts } from '../table.ts';
import { resolveWorkflowRun } from '../workflow/resolve-workflow-run.ts';
import { reportId } from './report-id.ts';

type Body = z.input<typeof reportGenerate.body>;
type Formats = NonNullable<Body['formats']>;

export interface GenerateOptions extends ProjectOptions {
  run?: string;
  workflowRun?: string;
  file?: string;
  template?: string;
  formats?: string[];
  title?: string;
  classification?: string;
  against?: string;
  frameworks?: string[];
  keepDays?: number;
  output?: string;
  wait?: boolean;
}

const ENDINGS: readonly (readonly [ending: RegExp, format: Formats[number]])[] = [
  [/\.vex(\.json)?$/i, 'vex'],
  [/\.html?$/i, 'html'],
  [/\.pdf$/i, 'pdf'],
  [/\.json$/i, 'json'],
  [/\.csv$/i, 'csv'],
  [/\.sarif(\.json)?$/i, 'sarif'],
  [/\.(md|markdown)$/i, 'markdown'],
];
const FORMATS = ENDINGS.map(([, format]) => format);
/** Of what is printed; `json` is also a format of the file. */
const ANSWERS: readonly string[] = ['table', 'json', 'yaml'];
const POLL_MS = 200;

/** Asks for a report, waits until it is ready, and writes its file where one wants it. */
export async function generateReportCommand(query: string, options: GenerateOptions): Promise<void> {
  const output =
    options.output === undefined
      ? undefined
      : checkOutput(options.output, configOf(options).config.output.directory);
  const { answer, named } = formatsOf(options, output !== undefined);
  const format = output === undefined ? named : (named ?? formatOf(output, options.formats));
  const formats = withFormat(options.formats, format);
  await withSession(options, async (session) => {
    const asked = await session.call(reportGenerate, {
      body: { ...(await bodyOf(session, query, options)), ...(formats ? { formats } : {}) },
    });
    const report = options.wait === false ? asked : await ready(session, asked.id);
    if (output !== undefined && format !== undefined && report.status === 'ready')
      await save(session, { id: report.id, format }, output);
    print({ ...report, notes: asked.notes }, answer, (terminal) =>
      reportText(report, (rows) => facts(terminal, rows)),
    );
    tellEmpty({ report, query, notes: asked.notes });
  });
}

/** `--format` names the format of the file; without one it may be that of the answer, where it is one of those. */
function formatsOf(
  options: GenerateOptions,
  writes: boolean,
): { answer: GlobalOptions; named?: Formats[number] } {
  const { format, ...rest } = options;
  if (format === undefined || (!writes && ANSWERS.includes(format))) return { answer: options };
  const named = oneOf('--format', format.toLowerCase(), FORMATS);
  return { answer: rest, named };
}

function withFormat(
  formats: readonly string[] | undefined,
  format: Formats[number] | undefined,
): Formats | undefined {
  if (formats === undefined) return format === undefined ? undefined : [format];
  return [...new Set([...(formats as Formats), ...(format === undefined ? [] : [format])])];
}

/** An empty report is right and still rarely what was meant. */
function tellEmpty({
  report,
  query,
  notes,
}: {
  report: Pick<Report, 'findings'>;
  query: string;
  notes: readonly string[];
}): void {
  const lines = notes.map((note) => visibleText(note));
  if (report.findings === 0)
    lines.unshift(
      query === ''
        ? 'The report is empty: no finding is open.'
        : `The report is empty: no finding fits '${visibleText(query)}'.`,
    );
  for (const line of lines) process.stderr.write(`${line}\n`);
}

async function bodyOf(session: Session, query: string, options: GenerateOptions): Promise<Body> {
  const { against } = options;
  const byTime = against !== undefined && /^(\d+[mhdw]|\d{4}-\d{2}.*)$/.test(against);
  return {
    ...(query === '' ? {} : { q: query }),
    ...(options.run === undefined ? {} : { run: await resolveRun(session, options.run) }),
    ...(options.workflowRun === undefined
      ? {}
      : { workflowRun: await resolveWorkflowRun(session, options.workflowRun) }),
    ...(options.file === undefined ? {} : { file: await upload(session, options.file) }),
    ...(options.template === undefined ? {} : { template: options.template }),
    ...(options.title === undefined ? {} : { title: options.title }),
    ...(options.classification === undefined ? {} : { classification: options.classification }),
    ...(against === undefined
      ? {}
      : byTime
        ? { againstTime: against }
        : { againstReport: await reportId(session, against) }),
    ...(options.frameworks === undefined ? {} : { frameworks: options.frameworks as Body['frameworks'] }),
    ...(options.keepDays === undefined ? {} : { keepDays: options.keepDays }),
  };
}

async function upload(session: Session, path: string): Promise<string> {
  if (path.startsWith('upload:') || path.startsWith('fil_')) return path;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new SentinelError('unreadable-target', `--file: ${path} is not a file.`);
  const operation = await operationOf('files.upload');
  const sent = (await session.upload(
    operation,
    {},
    { name: basename(path), mediaType: mediaTypeOf(path), path },
  )) as { id: string };
  return sent.id;
}

/** Until it is ready or has failed; how far it is stands on the terminal. */
async function ready(session: Session, id: string): Promise<Report> {
  const shows = process.stderr.isTTY;
  for (;;) {
    const report = await session.call(reportGet, { path: { id } });
    if (report.status === 'ready' || report.status === 'failed') {
      if (shows) process.stderr.write('\r\u001b[K');
      if (report.status === 'ready') return report;
      throw new SentinelError(
        'report-failed',
        `The report ${report.id} failed: ${report.error?.message ?? 'unknown reason'}`,
      );
    }
    const { progress } = report;
    if (shows && progress)
      process.stderr.write(
        `\r\u001b[K${progress.phase} ${progress.total > 0 ? `${Math.floor((progress.done / progress.total) * 100)} %` : ''}`,
      );
    await sleep(POLL_MS);
  }
}

async function save(
  session: Session,
  file: { id: string; format: Formats[number] },
  path: string,
): Promise<void> {
  const { content } = await session.download(reportDownload, { path: file });
  try {
    await pipeline(Readable.from(content), createWriteStream(path, { mode: 0o600 }));
  } catch (cause) {
    if (cause instanceof SentinelError) throw cause;
    const code = systemCode(cause);
    throw new SentinelError(
      code === 'ENOSPC' ? 'disk-full' : 'output-unwritable',
      `--output: ${path} cannot be written (${code ?? 'unknown reason'}).`,
      { cause },
    );
  }
  process.stderr.write(`written to ${path}\n`);
}

function formatOf(path: string, formats: readonly string[] | undefined): Formats[number] {
  const format = ENDINGS.find(([ending]) => ending.test(path))?.[1];
  const [only, second] = formats ?? [];
  if (!format && only !== undefined && second === undefined) return only as Formats[number];
  if (format && (formats === undefined || formats.includes(format))) return format;
  throw new SentinelError(
    'wrong-usage',
    format
      ? `--output: ${path} is ${format}, which is not among --formats.`
      : `--output: the ending of ${path} is of no format (html, pdf, json, csv, sarif, md, vex.json): name it with --format.`,
  );
}

function reportText(report: Report, table: (rows: [string, string | null][]) => string): string {
  return table([
    ['report', report.id],
    ['title', visibleText(report.title)],
    ['status', report.status],
    ['template', report.template],
    ['findings', report.findings === null ? null : plural(report.findings, 'finding')],
    ['state of', report.asOf === null ? null : localTime(report.asOf)],
    ['files', report.files.map(({ format, size }) => `${format} (${sizeText(size)})`).join(', ') || null],
    ['sha-256', report.hash],
  ]);
}

function sizeText(bytes: number): string {
  return bytes < 10_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1000)} kB`
      : `${(bytes / 1e6).toFixed(1)} MB`;
}
