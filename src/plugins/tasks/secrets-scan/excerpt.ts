import type { Excerpt } from '../../../model/finding.ts';
import { hiddenValues, maskedText, maskValues } from './mask.ts';
import type { Candidate } from './matcher.ts';

const LINES_AROUND = 20;
const LINE_CHARACTERS = 240;
const TOTAL_CHARACTERS = 8 * 1024;
/** A line of a minified file is looked at only around the secret. */
const LINE_BYTES = 1024;

export interface TextPlace {
  bytes: Buffer;
  length: number;
  /** Number of the line in which the secret starts, from 1. */
  line: number;
  /** Every secret in the buffer: none of them may be readable in an excerpt of another. */
  secrets: readonly Candidate[];
}

/** The line with the secret and 20 lines around it, all secrets masked. */
export function excerptOf(secret: Candidate, place: TextPlace): Excerpt {
  const { bytes, length, line } = place;
  const ranges: { from: number; to: number }[] = [lineRange(bytes, secret.start, length)];
  let before = 0;
  let after = 0;
  for (; before < LINES_AROUND && before + 1 < line; before++) {
    const first = ranges[0] as { from: number };
    if (first.from === 0) break;
    ranges.unshift(lineRange(bytes, first.from - 1, length));
  }
  for (; after < LINES_AROUND; after++) {
    const last = ranges.at(-1) as { to: number };
    if (last.to + 1 >= length) break;
    ranges.push(lineRange(bytes, last.to + 1, length));
  }
  const near = nearSecrets(place, ranges[0]?.from ?? 0, ranges.at(-1)?.to ?? length);
  const values = valuesOf(place.secrets);
  const lines = ranges.map((range) => shownLine(bytes, range, { secret, near, values }));
  return fitted(lines, before, line - before);
}

/** The line with the secret alone, masked. */
export function evidenceOf(secret: Candidate, { bytes, length, secrets }: TextPlace): string {
  const range = lineRange(bytes, secret.start, length);
  const near = nearSecrets({ secrets }, range.from, range.to);
  return shownLine(bytes, range, { secret, near, values: valuesOf(secrets) }).trim();
}

const known = new WeakMap<readonly Candidate[], readonly string[]>();

/** The values of all secrets of the buffer: one that was found elsewhere may stand again in this excerpt. Made once for each buffer. */
function valuesOf(secrets: readonly Candidate[]): readonly string[] {
  const values = known.get(secrets) ?? hiddenValues(secrets);
  known.set(secrets, values);
  return values;
}

function nearSecrets({ secrets }: Pick<TextPlace, 'secrets'>, from: number, to: number): Candidate[] {
  return secrets.filter((other) => other.end > from && other.start < to);
}

function lineRange(bytes: Buffer, at: number, length: number): { from: number; to: number } {
  const from = at === 0 ? 0 : bytes.lastIndexOf(0x0a, at - 1) + 1;
  const to = bytes.indexOf(0x0a, at);
  return { from, to: to < 0 || to > length ? length : to };
}

interface Shown {
  secret: Candidate;
  near: readonly Candidate[];
  values: readonly string[];
}

function shownLine(
  bytes: Buffer,
  range: { from: number; to: number },
  { secret, near, values }: Shown,
): string {
  const holds = secret.start >= range.from && secret.start <= range.to;
  let { from, to } = range;
  if (to - from > LINE_BYTES) {
    if (holds) from = Math.max(from, outsideSecrets(secret.start - 80, near));
    to = Math.min(
      to,
      Math.max(from + LINE_BYTES, holds ? Math.min(secret.end, secret.start + 8192) + 120 : 0),
    );
  }
  const cutBefore = from > range.from;
  const text = maskValues(maskedText(bytes, { from, to }, near), values).replace(/\r$/, '');
  const shown = `${cutBefore ? '…' : ''}${text}`;
  if (shown.length <= LINE_CHARACTERS && to === range.to) return shown;
  return cutAround(
    shown,
    holds ? maskedText(bytes, { from, to: Math.max(from, secret.start) }, near).length : 0,
  );
}

/** A cut inside another secret would show its tail. */
function outsideSecrets(at: number, secrets: readonly Candidate[]): number {
  return secrets.find((other) => other.start < at && other.end > at)?.start ?? at;
}

function cutAround(text: string, hit: number): string {
  const from = hit > LINE_CHARACTERS - 80 ? hit - 100 : 0;
  const cut = text.slice(from, from + LINE_CHARACTERS - 2);
  return `${from > 0 ? '…' : ''}${cut}${from + cut.length < text.length ? '…' : ''}`;
}

/** Drops lines from the far ends until the whole fits. */
function fitted(lines: string[], hit: number, firstLine: number): Excerpt {
  let from = 0;
  let to = lines.length;
  let size = lines.reduce((sum, line) => sum + line.length + 1, 0);
  while (size > TOTAL_CHARACTERS && to - from > 1) {
    if (hit - from >= to - 1 - hit) size -= (lines[from++] as string).length + 1;
    else size -= (lines[--to] as string).length + 1;
  }
  return { firstLine: firstLine + from, lines: lines.slice(from, to) };
}
