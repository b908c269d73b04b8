import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

export interface FieldProblem {
  /** Dotted name of the parameter or configuration key, for example `vector` or `limits.memory`. */
  field: string;
  /** What the field expects, in plain words. */
  message: string;
  /** A value that would have been accepted. */
  example?: string;
}

/** The one error class: a code from the table, and what happened in words (what, where, what to do). */
export class SentinelError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldProblem[];
  /** Of a conflict: the state that the other side should look at. */
  readonly current: unknown;
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      fields?: readonly FieldProblem[];
      cause?: unknown;
      current?: unknown;
      retryAfter?: number;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'SentinelError';
    this.code = code;
    this.fields = options.fields ?? [];
    this.current = options.current;
    this.retryAfter = options.retryAfter;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }

  get hint(): string {
    return ERROR_CODES[this.code].hint;
  }
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE`, `ERR_ACCESS_DENIED`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
