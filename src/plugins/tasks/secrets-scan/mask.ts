import type { Candidate } from './matcher.ts';

/** How a secret is shown: a few first characters, never more than a quarter, and its length. */
export function maskSecret(value: string): string {
  const pem = /^-----BEGIN [A-Z0-9 ]{1,40}-----/.exec(value)?.[0];
  if (pem) return `${pem}… (${value.length} characters)`;
  const shown = Math.min(4, Math.floor(value.length / 4));
  return `${value.slice(0, shown).replace(/[\s\\]/g, '?')}… (${value.length} characters)`;
}

/** Values from one character per byte to text. */
export function asText(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString('utf8') : latin1;
}

/** The text of `bytes[from, to)` with each secret in it replaced by its mask. `secrets` are in order, without overlaps. */
export function maskedText(
  bytes: Buffer,
  range: { from: number; to: number },
  secrets: readonly Candidate[],
): string {
  let text = '';
  let at = range.from;
  for (const secret of secrets) {
    if (secret.end <= at || secret.start >= range.to) continue;
    text += bytes.toString('utf8', at, Math.max(at, secret.start));
    text += secret.start >= range.from ? maskSecret(asText(secret.value)) : '…';
    at = Math.min(range.to, secret.end);
  }
  return text + bytes.toString('utf8', at, Math.max(at, range.to));
}

/** Hides values that stand somewhere else in the text too, where no rule found them. */
export function maskValues(text: string, values: readonly string[]): string {
  let masked = text;
  for (const value of values)
    if (masked.includes(value)) masked = masked.replaceAll(value, maskSecret(value));
  return masked;
}

/**
 * The texts of a secret that must be hidden wherever they stand: the value, and the lines of one that has several. Values
 * under five characters would hide half of every text.
 */
export function hiddenValues(secrets: readonly Candidate[]): string[] {
  const values = new Set<string>();
  for (const { value } of secrets)
    for (const text of secretTexts(value)) if (text.length > 4) values.add(text);
  return [...values].sort((a, b) => b.length - a.length);
}

const MAX_LINES = 200;

export function secretTexts(latin1: string): string[] {
  const value = asText(latin1);
  if (!/[\r\n]/.test(value)) return [value];
  const lines = value
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= 12 && !line.startsWith('-----'));
  return [value, ...lines.slice(0, MAX_LINES)];
}
