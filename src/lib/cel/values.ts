import { SentinelError } from '../errors.ts';

/**
 * Inside of an evaluation a whole number is a bigint and any other a number, as CEL tells `int` and `double` apart. Values from
 * outside are plain JSON and are converted when they are read (`load`), not as a whole: a step may have 100,000 findings.
 */
export function load(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** CEL's `optional`: `x.?y` gives one. */
export class Optional {
  readonly value: unknown;
  readonly present: boolean;
  constructor(present: boolean, value: unknown) {
    this.present = present;
    this.value = value;
  }
}
export const NONE = new Optional(false, undefined);

/** A length of time, in milliseconds. */
export class Duration {
  readonly milliseconds: number;
  constructor(milliseconds: number) {
    this.milliseconds = milliseconds;
  }
}

/**
 * What one evaluation may do: about 100 ms on a machine that has nothing else to do. Counted in steps and not in time, so that a run gives the same on a machine that is
 * busy. Everything that grows with the data takes from it: rounds of macros, characters, comparisons.
 */
export class Budget {
  left: number;
  constructor(steps = MOST_WORK) {
    this.left = steps;
  }
  take(steps: number): void {
    this.left -= steps;
    if (this.left < 0)
      throw new SentinelError(
        'invalid-expression',
        'The expression needs too much work (more than 1,000,000 steps). Do it in a task, or over a shorter list.',
      );
  }
  get exhausted(): boolean {
    return this.left < 0;
  }
}
export const MOST_WORK = 1_000_000;
/** Of one text. */
export const LONGEST_TEXT = 1_000_000;

export type Kind =
  | 'null'
  | 'bool'
  | 'int'
  | 'double'
  | 'string'
  | 'list'
  | 'map'
  | 'timestamp'
  | 'duration'
  | 'optional'
  | 'nothing';

export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isSafeInteger(value) ? 'int' : 'double';
    case 'boolean':
      return 'bool';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return 'list';
      if (value instanceof Date) return 'timestamp';
      if (value instanceof Duration) return 'duration';
      return value instanceof Optional ? 'optional' : 'map';
    default:
      return 'nothing';
  }
}

const WORDS: Record<Kind, string> = {
  null: 'null',
  bool: 'true or false',
  int: 'a number',
  double: 'a number',
  string: 'a text',
  list: 'a list',
  map: 'an object',
  timestamp: 'a time',
  duration: 'a duration',
  optional: 'an optional',
  nothing: 'nothing',
};
export function inWords(value: unknown): string {
  return WORDS[kindOf(value)];
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return kindOf(value) === 'map';
}

/** CEL's equality: 1 == 1.0, and values of different kinds are different. */
export function isEqual(a: unknown, b: unknown, budget: Budget): boolean {
  budget.take(1);
  if (a === b) return true;
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  // biome-ignore lint/suspicious/noDoubleEquals: compares a bigint with a number by value
  if (isNumber(a) && isNumber(b)) return a == b;
  if (typeof a === 'string' || typeof a !== 'object' || typeof b !== 'object') return false;
  if (a === null || b === null) return false;
  if (a instanceof Date || b instanceof Date)
    return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
  if (a instanceof Duration || b instanceof Duration)
    return a instanceof Duration && b instanceof Duration && a.milliseconds === b.milliseconds;
  if (a instanceof Optional || b instanceof Optional)
    return (
      a instanceof Optional &&
      b instanceof Optional &&
      a.present === b.present &&
      isEqual(a.value, b.value, budget)
    );
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isEqual(item, b[index], budget));
  }
  const keys = Object.keys(a);
  budget.take(keys.length);
  if (keys.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return keys.every((key) => Object.hasOwn(b, key) && isEqual(left[key], right[key], budget));
}

/** Negative, zero or positive; undefined when the two have no order. */
export function compare(a: unknown, b: unknown): number | undefined {
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  if (isNumber(a) && isNumber(b)) return order(a as number, b as number);
  if (typeof a === 'string' && typeof b === 'string') return order(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return order(Number(a), Number(b));
  if (a instanceof Date && b instanceof Date) return order(a.getTime(), b.getTime());
  if (a instanceof Duration && b instanceof Duration) return order(a.milliseconds, b.milliseconds);
  return undefined;
}

function order<T extends number | string>(a: T, b: T): number | undefined {
  if (a < b) return -1;
  if (a > b) return 1;
  return a >= b ? 0 : undefined;
}

/** What leaves an evaluation: plain JSON. What came from outside goes out as it is, without a copy. */
export function toJson(value: unknown, made: WeakSet<object>): unknown {
  switch (typeof value) {
    case 'bigint':
      if (Number.isSafeInteger(Number(value))) return Number(value);
      throw new SentinelError('invalid-expression', `${value} has too many digits to be kept exactly.`);
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new SentinelError('invalid-expression', `The result is ${value}, which JSON does not know.`);
    case 'object':
      if (value === null) return null;
      if (value instanceof Date) return value.toISOString();
      if (value instanceof Duration) return durationText(value);
      if (value instanceof Optional) return value.present ? toJson(value.value, made) : null;
      if (!made.has(value)) return value;
      if (Array.isArray(value)) return value.map((item) => toJson(item, made));
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, made)]));
    default:
      return value ?? null;
  }
}

/** As CEL writes it: `5400s`. */
export function durationText(value: Duration): string {
  return `${value.milliseconds / 1_000}s`;
}
