import type { Path } from '../definition/problem.ts';
import { type Conversion, isRecord } from './conversion.ts';
import {
  durationOf,
  type Field,
  fieldAt,
  numberOf,
  readBoolean,
  readSeconds,
  readWhole,
} from './read-value.ts';
import { piecesOf } from './templates.ts';
import type { Variables } from './variables.ts';

export interface Settings {
  tolerant: boolean;
  maxParallel: number | null;
  timeout: string | null;
  /** Every step is tried again, not only those with `retry_on_failure`. */
  retryAll: boolean;
  retryCount: number | null;
  retryDelay: string | null;
  places: ReadonlyMap<string, Path>;
}

export const CONFIG_KEYS = [
  ...['max_parallel', 'timeout', 'retry_failed', 'retry_count', 'retry_delay', 'continue_on_error'],
] as const;

/** `Retry.max` of the definition. */
export const MOST_RETRIES = 100;

/** Reads `config`, and `continue_on_error` of the flat shape. */
export function readSettings(
  conversion: Conversion,
  body: Record<string, unknown>,
  { path, variables }: { path: Path; variables: Variables },
): Settings {
  const given = fieldAt(body, 'config', path);
  if (given && !isRecord(given.value))
    conversion.problem(given.path, 'wrong-value', "'config' is a map of settings.");
  const config = given && isRecord(given.value) ? given.value : {};
  const at = (key: string) => literal(conversion, fieldAt(config, key, [...path, 'config']), variables);
  const flat = fieldAt(body, 'continue_on_error', path);
  const inConfig = at('continue_on_error');
  if (flat && inConfig)
    conversion.problem(
      flat.path,
      'wrong-value',
      "'continue_on_error' stands here and in 'config'. Keep one.",
    );
  const maxParallel = at('max_parallel');
  const timeout = at('timeout');
  const places = new Map<string, Path>();
  if (maxParallel) places.set('max_parallel', maxParallel.path);
  if (timeout) places.set('timeout', timeout.path);
  const tolerance = inConfig ?? flat;
  if (tolerance) places.set('fail_fast', tolerance.path);
  const settings: Settings = {
    tolerant: readBoolean(conversion, tolerance) ?? false,
    maxParallel: readWhole(conversion, maxParallel, { least: 1, most: 10_000 }),
    timeout: readTimeout(conversion, timeout),
    retryAll: readBoolean(conversion, at('retry_failed')) ?? false,
    retryCount: readWhole(conversion, at('retry_count'), { least: 0, most: MOST_RETRIES }),
    retryDelay: readSeconds(conversion, at('retry_delay')),
    places,
  };
  noteTolerance(conversion, tolerance, settings);
  return settings;
}

function noteTolerance(conversion: Conversion, field: Field | null, settings: Settings): void {
  if (!field) return;
  conversion.note(field.path, {
    what: 'translated',
    from: `continue_on_error: ${String(field.value)}`,
    to: settings.tolerant ? 'continue_on_error: true' : 'fail_fast: true',
    message: settings.tolerant
      ? 'Each step goes on after a failure; those that are required do not.'
      : 'After a failure nothing new is begun.',
  });
}

/** 0 meant without a limit. */
export function readTimeout(conversion: Conversion, field: Field | null): string | null {
  const timeout = readSeconds(conversion, field);
  if (!field || timeout === null || numberOf(field.value) !== 0) return timeout;
  conversion.note(field.path, {
    what: 'dropped',
    from: 'timeout: 0',
    to: null,
    message: 'No limit of time.',
  });
  return null;
}

/** A number may come from a variable: it is fixed to what that is when nobody gives another. */
export function literal(conversion: Conversion, field: Field | null, variables: Variables): Field | null {
  if (!field || typeof field.value !== 'string') return field;
  const [only, ...others] = piecesOf(field.value.trim());
  if (only?.kind !== 'template' || others.length > 0) return field;
  const name = only.inner.replace(/^(?:variables|vars|inputs)\./, '');
  const value = variables.defaults.get(name);
  const key = String(field.path.at(-1));
  if (value === undefined) {
    conversion.problem(
      field.path,
      'untranslatable',
      `'${key}' must be written out, not as '${only.source}'.`,
    );
    return null;
  }
  const to = typeof value === 'number' && key.match(/timeout|delay/) ? durationOf(value) : String(value);
  conversion.note(field.path, {
    what: 'assumed',
    from: field.value,
    to,
    message: `'${key}' cannot depend on an input: it is fixed to the value of '${name}'.`,
  });
  return { value, path: field.path };
}
