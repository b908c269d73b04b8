import { closest } from '../../lib/closest.ts';
import type { Path } from '../definition/problem.ts';
import { type Conversion, short } from './conversion.ts';

/** A key of the older file that is there, with its place. */
export interface Field {
  value: unknown;
  path: Path;
}

/** The field, or null when it is absent or empty (`timeout:`). */
export function fieldAt(of: Record<string, unknown>, key: string, path: Path): Field | null {
  if (!Object.hasOwn(of, key)) return null;
  const value = of[key];
  return value === null || value === undefined ? null : { value, path: [...path, key] };
}

/** Names every key that is not known: nothing of a file is passed over in silence. */
export function checkKeys(
  conversion: Conversion,
  of: Record<string, unknown>,
  { path, known, where }: { path: Path; known: readonly string[]; where: string },
): void {
  for (const key of Object.keys(of)) {
    if (known.includes(key)) continue;
    const near = closest(key, known);
    conversion.problem(
      [...path, key],
      'unknown-key',
      `The key '${short(key)}' means nothing ${where}.${near ? ` Is '${near}' meant?` : ' Remove it.'}`,
    );
  }
}

/** PyYAML, which the older product used, also read yes, no, on and off as true and false. */
const WORDS: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

export function readBoolean(conversion: Conversion, field: Field | null): boolean | null {
  if (!field) return null;
  if (typeof field.value === 'boolean') return field.value;
  if (typeof field.value === 'string') {
    const word = field.value.toLowerCase();
    if (Object.hasOwn(WORDS, word)) return WORDS[word] ?? null;
  }
  conversion.problem(field.path, 'wrong-value', `'${keyOf(field)}' is true or false.`);
  return null;
}

export function readText(conversion: Conversion, field: Field | null): string | null {
  if (!field) return null;
  if (typeof field.value === 'string') return field.value;
  if (typeof field.value === 'number' || typeof field.value === 'boolean') return String(field.value);
  conversion.problem(field.path, 'wrong-value', `'${keyOf(field)}' is a text.`);
  return null;
}

/** A list of names, or one name. */
export function readNames(conversion: Conversion, field: Field | null): { name: string; path: Path }[] {
  if (!field) return [];
  const values = Array.isArray(field.value) ? field.value : [field.value];
  return values.flatMap((value: unknown, index) => {
    const path = Array.isArray(field.value) ? [...field.path, index] : field.path;
    if (typeof value === 'string' || typeof value === 'number') return [{ name: String(value), path }];
    conversion.problem(path, 'wrong-value', `'${keyOf(field)}' is a list of names of steps.`);
    return [];
  });
}

export function readWhole(
  conversion: Conversion,
  field: Field | null,
  { least, most }: { least: number; most: number },
): number | null {
  if (!field) return null;
  const value = numberOf(field.value);
  if (value !== null && Number.isInteger(value) && value >= least && value <= most) return value;
  conversion.problem(
    field.path,
    'wrong-value',
    `'${keyOf(field)}' is a whole number from ${least} to ${most}.`,
  );
  return null;
}

/** A year: longer is a slip. */
const MOST_SECONDS = 366 * 86_400;

/** Seconds of the older file as the duration of today: `90` → `90s`. What carries its unit already stays. */
export function readSeconds(conversion: Conversion, field: Field | null): string | null {
  if (!field) return null;
  if (typeof field.value === 'string' && /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(field.value.trim()))
    return field.value.trim();
  const seconds = numberOf(field.value);
  if (seconds === null || seconds < 0 || seconds > MOST_SECONDS) {
    conversion.problem(
      field.path,
      'invalid-duration',
      `'${keyOf(field)}' is a number of seconds, such as 300.`,
    );
    return null;
  }
  return durationOf(seconds);
}

export function durationOf(seconds: number): string {
  if (!Number.isInteger(seconds)) return `${Math.round(seconds * 1000)}ms`;
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

export function numberOf(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value.trim())) return Number(value);
  return null;
}

function keyOf(field: Field): string {
  return String(field.path.findLast((part) => typeof part === 'string') ?? 'it');
}
