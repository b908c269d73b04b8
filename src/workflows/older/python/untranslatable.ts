import type { ProblemCode } from '../../definition/problem.ts';

/** Why an expression of an older file has no counterpart; caught where the line is known, it never leaves this folder. */
export class Untranslatable extends Error {
  readonly code: ProblemCode;

  constructor(message: string, code: ProblemCode = 'untranslatable') {
    super(message);
    this.name = 'Untranslatable';
    this.code = code;
  }
}
