import { parseDuration } from '../duration.ts';
import { SentinelError } from '../errors.ts';
import { matchesPattern, patternCost } from './pattern.ts';
import {
  type Budget,
  compare,
  Duration,
  durationText,
  inWords,
  kindOf,
  LONGEST_TEXT,
  load,
  NONE,
  Optional,
  toJson,
} from './values.ts';

/** What a function may use besides its arguments. */
export interface Around {
  budget: Budget;
  /** Lists and objects that this evaluation made. */
  made: WeakSet<object>;
}
export type CelFunction = (args: readonly unknown[], around: Around) => unknown;

/** Most numbers of one `range`. */
const MOST_RANGE = 10_000;
const MAX_INT = 9_223_372_036_854_775_807n;

/** `size(x)`, `lower(x)`; also the methods `x.size()` and `x.lower()`, whose receiver is the first argument. */
export const FUNCTIONS: Readonly<Record<string, CelFunction>> = {
  size: ([value], { budget }) => {
    if (typeof value === 'string') return BigInt(codePoints(value, budget));
    if (Array.isArray(value)) return BigInt(value.length);
    if (kindOf(value) !== 'map') throw wrong('size', 'a text, a list or an object', value);
    const count = Object.keys(value as object).length;
    budget.take(count);
    return BigInt(count);
  },
  string: ([value], { budget }) => asText(value, budget),
  int: ([value]) => asInt(value),
  uint: ([value]) => asInt(value),
  double: ([value]) => asDouble(value),
  bool: ([value]) => {
    if (typeof value === 'boolean') return value;
    if (['true', 'True', 'TRUE', 't', '1'].includes(String(value))) return true;
    if (['false', 'False', 'FALSE', 'f', '0'].includes(String(value))) return false;
    throw wrong('bool', "'true' or 'false'", value);
  },
  dyn: ([value]) => value,
  timestamp: ([value]) => asTimestamp(value),
  duration: ([value]) => asDuration(value),
  json: ([value], { budget, made }) => {
    const text = JSON.stringify(toJson(value, made)) ?? 'null';
    budget.take(text.length >> 3);
    return bounded(text);
  },
  range: ([value], { budget, made }) => {
    if (kindOf(value) !== 'int') throw wrong('range', 'a whole number', value);
    const count = Number(value);
    if (count < 0 || count > MOST_RANGE) throw failed(`range() expects 0 to ${MOST_RANGE}, not ${count}.`);
    budget.take(count);
    return made_(
      Array.from({ length: count }, (_, index) => BigInt(index)),
      made,
    );
  },
  min: (args, around) => extreme('min', args, around),
  max: (args, around) => extreme('max', args, around),
  join: ([list, separator], { budget }) => {
    if (!Array.isArray(list)) throw wrong('join', 'a list', list);
    const between = separator === undefined ? '' : text('join', separator);
    const parts = list.map((item) => asText(load(item), budget));
    budget.take(parts.length + ((between.length * parts.length) >> 5));
    return bounded(parts.join(between));
  },
  lower: ([value], { budget }) => mapped('lower', value, budget, (one) => one.toLowerCase()),
  upper: ([value], { budget }) => mapped('upper', value, budget, (one) => one.toUpperCase()),
  trim: ([value], { budget }) => mapped('trim', value, budget, (one) => one.trim()),
  split: ([value, separator, limit], { budget, made }) => {
    const whole = text('split', value);
    budget.take(1 + whole.length);
    const parts = whole.split(text('split', separator));
    const most = limit === undefined ? -1 : Number(asInt(limit));
    if (most === 0) return made_([], made);
    if (most < 0 || parts.length <= most) return made_(parts, made);
    const rest = parts.slice(most - 1).join(text('split', separator));
    return made_([...parts.slice(0, most - 1), rest], made);
  },
  replace: ([value, from, to], { budget }) => {
    const whole = text('replace', value);
    const [search, by] = [text('replace', from), text('replace', to)];
    budget.take(1 + whole.length);
    const count = whole.split(search).length + 1;
    if (count * by.length + whole.length > 2 * LONGEST_TEXT) throw tooLong();
    budget.take((count * by.length) >> 5);
    return bounded(whole.replaceAll(search, () => by));
  },
};

/** What is called on a value only: `x.contains('a')`. */
export const METHODS: Readonly<Record<string, CelFunction>> = {
  contains: (args, { budget }) => search('contains', args, budget, (whole, part) => whole.includes(part)),
  startsWith: (args, { budget }) =>
    search('startsWith', args, budget, (whole, part) => whole.startsWith(part)),
  endsWith: (args, { budget }) => search('endsWith', args, budget, (whole, part) => whole.endsWith(part)),
  indexOf: ([value, part, from], { budget }) =>
    search('indexOf', [value, part], budget, (whole, one) =>
      BigInt(whole.indexOf(one, position('indexOf', from ?? 0n, whole))),
    ),
  lastIndexOf: ([value, part, from], { budget }) =>
    search('lastIndexOf', [value, part], budget, (whole, one) =>
      BigInt(
        whole.lastIndexOf(
          one,
          from === undefined ? Number.POSITIVE_INFINITY : position('lastIndexOf', from, whole),
        ),
      ),
    ),
  substring: ([value, from, to], { budget }) => {
    const whole = text('substring', value);
    budget.take(1 + (whole.length >> 5));
    const start = position('substring', from, whole);
    const end = to === undefined ? whole.length : position('substring', to, whole);
    if (end < start) throw failed(`substring() expects an end after its start, not ${start} and ${end}.`);
    return whole.slice(start, end);
  },
  matches: ([value, pattern], { budget }) => {
    const whole = text('matches', value);
    const wanted = text('matches', pattern);
    budget.take(1 + (patternCost(wanted, whole) >> 1));
    return matchesPattern(wanted, whole);
  },
  lowerAscii: ([value], { budget }) => mapped('lowerAscii', value, budget, (one) => one.toLowerCase()),
  upperAscii: ([value], { budget }) => mapped('upperAscii', value, budget, (one) => one.toUpperCase()),
  hasValue: ([value]) => optional('hasValue', value).present,
  value: ([value]) => {
    const one = optional('value', value);
    if (!one.present) throw failed('value() is called on an optional that has none; use orValue(other).');
    return one.value;
  },
  getFullYear: ([value]) => BigInt(date('getFullYear', value).getUTCFullYear()),
  getMonth: ([value]) => BigInt(date('getMonth', value).getUTCMonth()),
  getDate: ([value]) => BigInt(date('getDate', value).getUTCDate()),
  getDayOfMonth: ([value]) => BigInt(date('getDayOfMonth', value).getUTCDate() - 1),
  getDayOfWeek: ([value]) => BigInt(date('getDayOfWeek', value).getUTCDay()),
  getHours: ([value]) => part(value, 3_600_000, (one) => one.getUTCHours()),
  getMinutes: ([value]) => part(value, 60_000, (one) => one.getUTCMinutes()),
  getSeconds: ([value]) => part(value, 1_000, (one) => one.getUTCSeconds()),
  getMilliseconds: ([value]) => part(value, 1, (one) => one.getUTCMilliseconds()),
};

/** What stands before the dot and is no value. */
export const OPTIONAL_FUNCTIONS: Readonly<Record<string, CelFunction>> = {
  of: ([value]) => new Optional(true, value),
  none: () => NONE,
};

export function failed(message: string): SentinelError {
  return new SentinelError('invalid-expression', message);
}

/** As it stands in a text: `string(x)`. */
export function asText(value: unknown, budget: Budget): string {
  budget.take(1);
  switch (kindOf(value)) {
    case 'string':
      budget.take((value as string).length >> 5);
      return value as string;
    case 'int':
    case 'double':
    case 'bool':
      return String(value);
    case 'timestamp':
      return (value as Date).toISOString();
    case 'duration':
      return durationText(value as Duration);
    default:
      throw wrong('string', 'a text, a number, true or false', value, 'use json(…) for lists and objects');
  }
}

function asInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63)
      throw wrong('int', 'a number below 2^63', value);
    return BigInt(Math.trunc(value));
  }
  if (typeof value === 'string' && /^[+-]?\d{1,19}$/.test(value)) {
    const whole = BigInt(value.replace('+', ''));
    if (whole <= MAX_INT && whole >= -MAX_INT - 1n) return whole;
  }
  if (value instanceof Date) return BigInt(Math.floor(value.getTime() / 1_000));
  throw wrong('int', "a number or a text such as '12'", value);
}

function asDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (
    typeof value === 'string' &&
    /^[+-]?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][+-]?\d{1,3})?$/.test(value)
  )
    return Number(value);
  throw wrong('double', "a number or a text such as '1.5'", value);
}

function asTimestamp(value: unknown): Date {
  if (value instanceof Date) return value;
  const read =
    typeof value === 'bigint'
      ? new Date(Number(value) * 1_000)
      : typeof value === 'string' &&
          /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(value)
        ? new Date(value)
        : undefined;
  const time = read?.getTime() ?? Number.NaN;
  if (!read || !(time >= -62_135_596_800_000 && time <= 253_402_300_799_999))
    throw wrong('timestamp', 'a time such as 2026-01-31T12:00:00Z or seconds since 1970', value);
  return read;
}

function asDuration(value: unknown): Duration {
  if (value instanceof Duration) return value;
  const negative = typeof value === 'string' && value.startsWith('-');
  const rest = typeof value === 'string' ? value.slice(negative ? 1 : 0) : undefined;
  if (rest === undefined || /^[\d.]*$/.test(rest))
    throw wrong('duration', 'a text such as 90s or 1h30m', value);
  return new Duration(negative ? -parseDuration(rest) : parseDuration(rest));
}

function extreme(name: 'min' | 'max', args: readonly unknown[], { budget }: Around): unknown {
  const [first] = args;
  const list: readonly unknown[] = args.length === 1 && Array.isArray(first) ? first : args;
  if (list.length === 0) throw failed(`${name}() of an empty list has no value.`);
  budget.take(list.length);
  let best = load(list[0]);
  for (const raw of list) {
    const item = load(raw);
    const difference = compare(item, best);
    if (difference === undefined)
      throw failed(`${name}() cannot compare ${inWords(item)} with ${inWords(best)}.`);
    if (name === 'min' ? difference < 0 : difference > 0) best = item;
  }
  return best;
}

function mapped(name: string, value: unknown, budget: Budget, change: (text: string) => string): string {
  const whole = text(name, value);
  budget.take(1 + (whole.length >> 4));
  return bounded(change(whole));
}

function search<T>(
  name: string,
  [value, wanted]: readonly unknown[],
  budget: Budget,
  look: (whole: string, part: string) => T,
): T {
  const whole = text(name, value);
  const one = text(name, wanted);
  budget.take(1 + (whole.length >> 4) + (one.length >> 4));
  return look(whole, one);
}

function position(name: string, value: unknown, whole: string): number {
  const at = Number(asInt(value));
  if (at < 0 || at > whole.length)
    throw failed(`${name}() expects a place from 0 to ${whole.length}, not ${at}.`);
  return at;
}

function part(value: unknown, size: number, ofDate: (date: Date) => number): bigint {
  if (value instanceof Duration) return BigInt(Math.trunc(value.milliseconds / size));
  return BigInt(ofDate(date('get…', value)));
}

function date(name: string, value: unknown): Date {
  if (value instanceof Date) return value;
  throw wrong(name, 'a time', value, 'timestamp(…) makes one of a text');
}

function optional(name: string, value: unknown): Optional {
  if (value instanceof Optional) return value;
  throw wrong(name, 'an optional, such as x.?y', value);
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrong(name, 'a text', value, 'string(…) makes one of a number');
}

export function bounded(value: string): string {
  if (value.length > LONGEST_TEXT) throw tooLong();
  return value;
}

function tooLong(): SentinelError {
  return failed('A text of the expression is longer than 1,000,000 characters.');
}

function codePoints(value: string, budget: Budget): number {
  budget.take(1 + (value.length >> 3));
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

function made_<T extends object>(value: T, made: WeakSet<object>): T {
  made.add(value);
  return value;
}

function wrong(name: string, expected: string, value: unknown, advice?: string): SentinelError {
  return failed(`${name}() expects ${expected}, not ${inWords(value)}${advice ? `; ${advice}` : ''}.`);
}
