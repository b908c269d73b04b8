import type { JsonElement, TextLine } from '../importer.ts';
import { textOf } from './decode.ts';
import { parseJson } from './json-elements.ts';
import { MAX_DEPTH, MAX_ELEMENT_BYTES } from './limits.ts';
import type { ProblemSink } from './report-problem.ts';

interface RawLine {
  line: number;
  byte: number;
  bytes: Buffer;
}

/** Lines of text without their ends; one that is too long is left out with a problem line. */
export async function* textLines(
  bytes: AsyncIterable<Buffer>,
  problems: ProblemSink,
): AsyncGenerator<TextLine> {
  for await (const raw of rawLines(bytes, problems)) {
    const text = textOf(raw.bytes, () =>
      problems.problem(`line ${raw.line}`, 'Bytes that are not UTF-8 are shown as �.'),
    );
    yield { line: raw.line, text };
  }
}

/** One JSON value per line; empty lines are passed over. */
export async function* jsonLines(
  bytes: AsyncIterable<Buffer>,
  problems: ProblemSink,
): AsyncGenerator<JsonElement> {
  for await (const raw of rawLines(bytes, problems)) {
    if (raw.bytes.every((byte) => byte === 0x20 || byte === 0x09)) continue;
    const place = { path: [raw.line], byte: raw.byte };
    if (depthOf(raw.bytes) > MAX_DEPTH) {
      problems.problem(
        `line ${raw.line}`,
        `The value is nested deeper than ${MAX_DEPTH} levels and is left out.`,
        {
          damaged: true,
        },
      );
      continue;
    }
    const element = parseJson(place, { bytes: raw.bytes, pairs: null }, problems);
    if (element) yield element;
  }
}

async function* rawLines(bytes: AsyncIterable<Buffer>, problems: ProblemSink): AsyncGenerator<RawLine> {
  let pieces: Buffer[] = [];
  let size = 0;
  let line = 1;
  let start = 0;
  let offset = 0;
  const finish = (): RawLine | undefined => {
    const long = size > MAX_ELEMENT_BYTES;
    if (long)
      problems.problem(
        `line ${line}`,
        `The line is longer than ${MAX_ELEMENT_BYTES / 1024 / 1024} MB and is left out.`,
        {
          damaged: true,
        },
      );
    const whole = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
    const text = whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    const raw = { line, byte: start, bytes: text };
    pieces = [];
    size = 0;
    return long ? undefined : raw;
  };
  for await (const chunk of bytes) {
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(0x0a, from);
      const to = end < 0 ? chunk.length : end;
      size += to - from;
      if (size <= MAX_ELEMENT_BYTES) pieces.push(chunk.subarray(from, to));
      else pieces = [];
      if (end < 0) break;
      const raw = finish();
      if (raw) yield raw;
      line += 1;
      from = end + 1;
      start = offset + from;
    }
    offset += chunk.length;
  }
  if (size === 0) return;
  const raw = finish();
  if (raw) yield raw;
}

/** How deep its brackets go, as far as that can be told without reading it: those within texts do not count. */
function depthOf(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
}
