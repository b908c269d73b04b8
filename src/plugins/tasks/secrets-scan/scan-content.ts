import type { Excerpt } from '../../../model/finding.ts';
import type { Region } from '../../../model/location.ts';
import { contextOf } from './credential-context.ts';
import { evidenceOf, excerptOf } from './excerpt.ts';
import type { FileFacts } from './file-facts.ts';
import type { Candidate, Matcher } from './matcher.ts';
import { suppressionOf } from './suppression.ts';
import { type Encoding, encodingOf, isBinary, toUtf8 } from './text-encoding.ts';

/** Bytes that can be read at any position: a file, or something in memory. */
export interface Content {
  read(buffer: Uint8Array, position: number): number;
}

export interface FoundSecret {
  secret: Candidate;
  region: Region;
  excerpt: Excerpt | undefined;
  evidence: string;
  /** The marker that asks not to report it. */
  suppressedBy: string | undefined;
}

export interface ContentScanner {
  /** Finds what is in the content; reads in pieces, so the size does not matter. Returns the number of bytes. */
  scan(content: Content, file: FileFacts): Generator<FoundSecret | 'pause', number>;
}

/** Large enough for 98 % of all files in one piece, small enough to stay in bounds with several processes. */
const PIECE = 4 * 1024 * 1024;
/** Longer than any secret with its surroundings: what is nearer to the end of a piece is found in the next one. */
const MARGIN = 64 * 1024;

export function contentScanner(matcher: Matcher, options: { context: boolean }): ContentScanner {
  const piece = Buffer.allocUnsafe(PIECE);

  return {
    *scan(content, file) {
      let position = 0;
      let linesBefore = 0;
      let encoding: Encoding = 'bytes';
      let strongOnly = false;
      for (;;) {
        const count = content.read(piece, position);
        const last = count < PIECE;
        if (position === 0) {
          encoding = encodingOf(piece, count);
          strongOnly = encoding === 'bytes' && isBinary(piece, count);
        }
        const raw = piece.subarray(0, count);
        const bytes = encoding === 'bytes' ? raw : toUtf8(raw, encoding);
        const rawMargin = position === 0 ? 0 : MARGIN;
        const accept = {
          from: margin(raw.subarray(0, rawMargin), encoding),
          to: last ? bytes.length + 1 : bytes.length - margin(raw.subarray(count - MARGIN), encoding),
        };
        const part = { bytes, file, strongOnly, whole: last && position === 0, accept, linesBefore };
        yield* scanPart(part, matcher, options);
        if (last) return position + count;
        if (!strongOnly)
          linesBefore += countLines(
            bytes,
            0,
            bytes.length - margin(raw.subarray(count - 2 * MARGIN), encoding),
          );
        position += count - 2 * MARGIN;
        yield 'pause';
      }
    },
  };
}

/** Bytes that a piece of the file has after the change of encoding. */
function margin(raw: Buffer, encoding: Encoding): number {
  return encoding === 'bytes' ? raw.length : toUtf8(raw, encoding).length;
}

interface Part {
  bytes: Buffer;
  file: FileFacts;
  strongOnly: boolean;
  whole: boolean;
  /** Secrets that start here belong to this part. */
  accept: { from: number; to: number };
  linesBefore: number;
}

function* scanPart(part: Part, matcher: Matcher, options: { context: boolean }): Generator<FoundSecret> {
  const { bytes, file, strongOnly, accept } = part;
  const length = bytes.length;
  const secrets = matcher.scan(bytes, length, { file, strongOnly, whole: part.whole });
  if (secrets.length === 0) return;
  const context = options.context && !strongOnly ? contextOf(secrets, bytes, file) : [];
  const all = [...secrets, ...context].sort((a, b) => a.start - b.start);
  const places = placeFinder(bytes, part.linesBefore);
  for (const secret of all) {
    if (secret.start < accept.from || secret.start >= accept.to) continue;
    const region = places(secret);
    const line = region.startLine - part.linesBefore;
    const place = { bytes, length, line, secrets };
    const shown = strongOnly ? undefined : excerptOf(secret, place);
    yield {
      secret,
      region,
      excerpt: shown && { ...shown, firstLine: shown.firstLine + part.linesBefore },
      evidence: strongOnly ? '' : evidenceOf(secret, place),
      suppressedBy: strongOnly ? undefined : suppressionOf(secret, bytes, length),
    };
  }
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) if (bytes[at] === 0x0a) lines++;
  return lines;
}

/** Lines and columns for positions in rising order: each byte is counted once. */
function placeFinder(bytes: Buffer, linesBefore: number): (secret: Candidate) => Region {
  let at = 0;
  let line = linesBefore + 1;
  let column = 1;

  function advance(to: number): void {
    for (; at < to; at++) {
      const byte = bytes[at] as number;
      if (byte === 0x0a) {
        line++;
        column = 1;
      } else if (byte < 0x80 || byte >= 0xc0) column += byte >= 0xf0 ? 2 : 1;
    }
  }

  return ({ start, end }) => {
    advance(start);
    const from = { startLine: line, startColumn: column };
    advance(end);
    return { ...from, endLine: line, endColumn: column };
  };
}
