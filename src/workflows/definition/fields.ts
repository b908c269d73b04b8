import { parseDuration } from '../../lib/duration.ts';
import { SentinelError } from '../../lib/errors.ts';
import { short } from './inputs.ts';
import type { Path } from './problem.ts';
import type { Reading } from './reading.ts';

/** One object of a document. A key with nothing (`params:`) is as if it were not there. */
export interface Fields {
  path: Path;
  at(key: string): Path;
  raw(key: string): unknown;
  /** Each gives null when the key is not there, or is wrong, which is reported. */
  text(key: string): string | null;
  flag(key: string): boolean | null;
  count(key: string, limits: { min: number; max: number }): number | null;
  /** Milliseconds. */
  duration(key: string): number | null;
  oneOf<T extends string>(key: string, values: readonly T[]): T | null;
  record(key: string): Record<string, unknown>;
  /** One text or a list of them. */
  texts(key: string): string[];
}

export const LONGEST_TEXT = 20_000;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reports keys that are not there, with the closest one. `what` is `a step`. */
export function fieldsOf(
  reading: Reading,
  value: Record<string, unknown>,
  { path, what, keys }: { path: Path; what: string; keys: readonly string[] },
): Fields {
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const near = reading.closest(key, keys);
    const advice = near ? `did you mean '${near}'?` : `there are: ${keys.join(', ')}.`;
    reading.problem([...path, key], 'unknown-key', `${what} has no '${key.slice(0, 60)}'; ${advice}`);
  }
  const raw = (key: string) => (Object.hasOwn(value, key) && value[key] !== null ? value[key] : undefined);
  const at = (key: string) => [...path, key];
  const expects = (key: string, expected: string): null => {
    reading.problem(at(key), 'wrong-value', `'${key}' expects ${expected}, not ${short(raw(key))}.`);
    return null;
  };
  const fields: Fields = {
    path,
    at,
    raw,
    text(key) {
      const one = raw(key);
      if (one === undefined) return null;
      if (typeof one === 'number' || typeof one === 'boolean')
        return expects(key, 'text: write it in quotes');
      if (typeof one !== 'string') return expects(key, 'text');
      if (one.length > LONGEST_TEXT) return expects(key, `at most ${LONGEST_TEXT} characters`);
      return one;
    },
    flag(key) {
      const one = raw(key);
      if (one === undefined) return null;
      return typeof one === 'boolean' ? one : expects(key, 'true or false');
    },
    count(key, { min, max }) {
      const one = raw(key);
      if (one === undefined) return null;
      const fits = typeof one === 'number' && Number.isInteger(one) && one >= min && one <= max;
      return fits ? one : expects(key, `a whole number from ${min} to ${max}`);
    },
    duration(key) {
      const one = raw(key);
      return one === undefined ? null : durationAt(reading, one, at(key));
    },
    oneOf(key, values) {
      const one = raw(key);
      if (one === undefined) return null;
      return values.find((value) => value === one) ?? expects(key, `one of ${values.join(', ')}`);
    },
    record(key) {
      const one = raw(key);
      if (one === undefined) return {};
      if (isRecord(one)) return one;
      expects(key, 'names with values');
      return {};
    },
    texts(key) {
      const one = raw(key);
      if (one === undefined) return [];
      const list = Array.isArray(one) ? one : [one];
      return list.filter((item, index): item is string => {
        if (typeof item === 'string' && item.length <= LONGEST_TEXT) return true;
        reading.problem(
          Array.isArray(one) ? [...at(key), index] : at(key),
          'wrong-value',
          `'${key}' expects text, not ${short(item)}.`,
        );
        return false;
      });
    },
  };
  return fields;
}

export function durationAt(reading: Reading, value: unknown, path: Path): number | null {
  if (typeof value === 'string' || typeof value === 'number') {
    try {
      const milliseconds = parseDuration(value);
      if (milliseconds > 0) return milliseconds;
    } catch (error) {
      if (!(error instanceof SentinelError)) throw error;
    }
  }
  const key = String(path.at(-1));
  reading.problem(
    path,
    'invalid-duration',
    `'${key}' expects a duration of more than nothing, such as 90s, 5m, 1h30m or 2d, not ${short(value)}.`,
  );
  return null;
}
