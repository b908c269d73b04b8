import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Report } from '../importer.ts';
import { csvRows } from './csv-rows.ts';
import { asUtf8 } from './decode.ts';
import { jsonElements } from './json-elements.ts';
import type { Lookout } from './lookout.ts';
import { type ProblemSink, ReportProblem } from './report-problem.ts';
import { jsonLines, textLines } from './text-lines.ts';
import { xmlElements } from './xml-elements.ts';

export interface ReportSource {
  name: string;
  /** The file from its beginning, as often as it is asked for. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** A report over a file, or over anything else that can be read several times. */
export function openReport(source: ReportSource, problems: ProblemSink, look?: Lookout): Report {
  const utf8 = () => told(asUtf8(plainBytes(source)), problems);
  return {
    name: source.name,
    bytes: () => plainBytes(source),
    json: (...paths) => jsonElements(utf8(), paths, problems, look),
    jsonLines: () => jsonLines(utf8(), problems),
    xml: (...elements) => xmlElements(utf8(), elements, problems, look),
    csv: (options = {}) => csvRows(utf8(), options, problems),
    lines: () => textLines(utf8(), problems),
  };
}

/** What is wrong with the bytes themselves ends the reading as if the file did. */
async function* told(bytes: AsyncIterable<Buffer>, problems: ProblemSink): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    if (!(error instanceof ReportProblem)) throw error;
    problems.problem(error.at, error.message, { damaged: true });
  }
}

/** The bytes, unpacked when they are packed with gzip. */
export async function* plainBytes(source: ReportSource): AsyncGenerator<Uint8Array> {
  const bytes = source.bytes()[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await bytes.next();
    if (next.done) break;
    head = head.length === 0 ? viewOf(next.value) : Buffer.concat([head, next.value]);
  }
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield head;
    yield* { [Symbol.asyncIterator]: () => bytes };
  };
  if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzip(whole());
  else if (head.length > 0) yield* whole();
}

function viewOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = Readable.from(packed);
  const unpacked = input.pipe(createGunzip());
  input.on('error', (error) => unpacked.destroy(error));
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } catch {
    throw new ReportProblem(
      'the file',
      `It is packed with gzip and cannot be unpacked: it is cut off or broken.`,
    );
  } finally {
    unpacked.destroy();
  }
}
