import { type Around, bounded, failed } from './functions.ts';
import { Duration, inWords } from './values.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
const MAX_INT = 9_223_372_036_854_775_807n;

export function arithmetic(op: ArithmeticOperator, a: unknown, b: unknown, around: Around): unknown {
  around.budget.take(1);
  if (typeof a === 'bigint' && typeof b === 'bigint') return whole(op, a, b);
  if (isNumber(a) && isNumber(b)) return broken(op, Number(a), Number(b));
  const joined = op === '+' ? join(a, b, around) : undefined;
  const result = joined ?? ofTimes(op, a, b);
  if (result !== undefined) return result;
  around.budget.take(200);
  const advice =
    op === '+' && (typeof a === 'string' || typeof b === 'string')
      ? '; string(…) makes a text of a number'
      : '';
  throw failed(`'${op}' cannot be used with ${inWords(a)} and ${inWords(b)}${advice}.`);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** As CEL: 64 bits, and an overflow is an error. */
function whole(op: ArithmeticOperator, a: bigint, b: bigint): bigint {
  if (b === 0n && (op === '/' || op === '%')) throw failed(`'${op}' by zero has no result.`);
  const result = op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : op === '/' ? a / b : a % b;
  if (result > MAX_INT || result < -MAX_INT - 1n) throw failed(`The result of '${op}' is too large.`);
  return result;
}

function broken(op: ArithmeticOperator, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

function join(a: unknown, b: unknown, { budget, made }: Around): unknown {
  if (typeof a === 'string' && typeof b === 'string') {
    budget.take((a.length + b.length) >> 5);
    return bounded(a + b);
  }
  if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
  budget.take(a.length + b.length);
  const list = [...a, ...b];
  made.add(list);
  return list;
}

function ofTimes(op: ArithmeticOperator, a: unknown, b: unknown): unknown {
  const sign = op === '+' ? 1 : op === '-' ? -1 : 0;
  if (sign === 0) return undefined;
  if (a === 0n && b instanceof Duration) return new Duration(-b.milliseconds);
  if (a instanceof Duration && b instanceof Duration)
    return new Duration(a.milliseconds + sign * b.milliseconds);
  if (a instanceof Date && b instanceof Duration) return moment(a.getTime() + sign * b.milliseconds);
  if (op === '+' && a instanceof Duration && b instanceof Date) return moment(b.getTime() + a.milliseconds);
  if (op === '-' && a instanceof Date && b instanceof Date) return new Duration(a.getTime() - b.getTime());
  return undefined;
}

function moment(time: number): Date {
  if (time >= -62_135_596_800_000 && time <= 253_402_300_799_999) return new Date(time);
  throw failed('The result is not a time between the years 1 and 9999.');
}
