import { SentinelError } from './errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** Ten years: what is longer is a mistake, and a timer of JavaScript would not know it. */
export const LONGEST_DURATION = 3_650 * 86_400_000;
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/y;

/** `1h30m`, `90s`, `500ms`, `1.5h`, or a number of seconds; gives whole milliseconds. Units once each, from large to small. */
export function parseDuration(input: string | number): number {
  const milliseconds = typeof input === 'number' ? input * 1_000 : read(input.trim());
  if (milliseconds === undefined || !Number.isFinite(milliseconds) || milliseconds < 0)
    throw refused(input, 'is not a duration');
  if (milliseconds > LONGEST_DURATION) throw refused(input, 'is longer than ten years');
  return Math.round(milliseconds);
}

/** The shortest text that `parseDuration` reads as the same: `1h30m`, `0s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || '0s';
}

function read(text: string): number | undefined {
  if (/^\d{1,12}(?:\.\d{1,6})?$/.test(text)) return Number(text) * 1_000;
  if (text === '' || text.length > 60) return undefined;
  let total = 0;
  let before = Number.POSITIVE_INFINITY;
  PART.lastIndex = 0;
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    const [, count, unit] = PART.exec(text) ?? [];
    const size = unit === undefined ? undefined : UNITS[unit];
    if (size === undefined || size >= before) return undefined;
    total += Number(count) * size;
    before = size;
  }
  return total;
}

function refused(input: string | number, why: string): SentinelError {
  const text = String(input).slice(0, 60);
  return new SentinelError('invalid-parameter', `'${text}' ${why}. Write 90s, 5m, 1h30m, 2d or 500ms.`);
}
