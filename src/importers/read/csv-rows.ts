import { type CsvError, parse } from 'csv-parse';
import type { CsvRow } from '../importer.ts';
import { MAX_ELEMENT_BYTES } from './limits.ts';
import { type ProblemSink, ReportProblem } from './report-problem.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const MAX_COLUMNS = 2_000;

/** Rows by the names in the first line (RFC 4180, any of the usual delimiters); a bad one is left out with a problem line. */
export async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  { delimiter }: { delimiter?: string | undefined },
  problems: ProblemSink,
): AsyncGenerator<CsvRow> {
  const found: CsvRow[] = [];
  let parser: ReturnType<typeof open> | undefined;
  try {
    for await (const chunk of bytes) {
      if (chunk.length === 0) continue;
      parser ??= open(delimiter ?? likelyDelimiter(chunk), found, problems);
      await step(parser, (done) => parser?.write(chunk, done));
      yield* found.splice(0);
    }
    if (parser) await step(parser, (done) => parser?.end(done));
    else throw new ReportProblem('the beginning', 'The file is empty.');
  } catch (error) {
    yield* found.splice(0);
    if (error instanceof ReportProblem) problems.problem(error.at, error.message, { damaged: true });
    else if (isCsvError(error)) problems.problem(placeOf(error), messageOf(error), { damaged: true });
    else throw error;
  } finally {
    parser?.destroy();
  }
  yield* found.splice(0);
}

/** Rows are taken as they are found: what a stream has waiting is lost when a later row breaks it. */
function open(delimiter: string, found: CsvRow[], problems: ProblemSink) {
  return parse({
    bom: true,
    delimiter,
    columns: (names: string[]) => uniqueNames(names, problems),
    relax_column_count: true,
    // A quote in the middle of a value is part of it: with the strict rule the rows behind it would be lost.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_ELEMENT_BYTES,
    on_record: (row: Record<string, string>, { lines }) => {
      found.push({ line: lines, row });
      return null;
    },
    on_skip: (error) => {
      if (error) problems.problem(placeOf(error), messageOf(error), { damaged: true });
      return undefined;
    },
  });
}

function step(
  parser: ReturnType<typeof open>,
  work: (done: (error?: Error | null) => void) => unknown,
): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject);
    work((error) => {
      parser.off('error', reject);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** The one that stands most often in the first line, outside of quotes. */
export function likelyDelimiter(head: Buffer): string {
  const line = /^[^\r\n]*/.exec(head.toString('utf8', 0, 64 * 1024).replace(/"[^"]*"/g, ''))?.[0] ?? '';
  const counts = DELIMITERS.map((one) => line.split(one).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function uniqueNames(names: string[], problems: ProblemSink): string[] {
  if (names.length > MAX_COLUMNS)
    throw new ReportProblem('line 1', `The file has more than ${MAX_COLUMNS} columns.`);
  const seen = new Map<string, number>();
  return names.map((given) => {
    const name = given.trim();
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    if (before === 0) return name;
    problems.problem('line 1', `The column ${name} stands twice: the second is ${name} (${before + 1}).`);
    return `${name} (${before + 1})`;
  });
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');
}

function placeOf(error: CsvError): string {
  return typeof error.lines === 'number' ? `line ${error.lines}` : 'the file';
}

function messageOf(error: CsvError): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'The file ends within quotes: it is cut off.';
    case 'CSV_MAX_RECORD_SIZE':
      return `A row is larger than ${MAX_ELEMENT_BYTES / 1024 / 1024} MB.`;
    default:
      return `The row cannot be read (${error.code}) and is left out.`;
  }
}
