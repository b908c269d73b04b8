/** What can be wrong with a document. Further ones are added at the end; `docs` and tests name them, so none is renamed. */
export const PROBLEM_CODES = [
  'too-large',
  'invalid-yaml',
  'duplicate-key',
  'alias',
  'too-deep',
  'forbidden-key',
  'unknown-key',
  'missing',
  'wrong-value',
  'invalid-name',
  'duplicate-step',
  'cycle',
  'unknown-step',
  'no-action',
  'several-actions',
  'unknown-task',
  'retired-task',
  'unknown-operation',
  'forbidden-operation',
  'unknown-workflow',
  'self-reference',
  'invalid-parameter',
  'invalid-expression',
  'unknown-reference',
  'wrong-type',
  'too-many-items',
  'too-many-steps',
  'plain-secret',
  'self-trigger',
  'invalid-schedule',
  'invalid-event',
  'invalid-duration',
  // Of older files only.
  'untranslatable',
  'unknown-variable',
  'no-steps',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** One thing that is wrong in a document: what, where, and what to do about it. */
export interface DefinitionProblem {
  /** 1-based; null when the document has no such place. */
  line: number | null;
  column: number | null;
  /** `steps.2.params.path`; `(all)` when it is about the whole document. */
  field: string;
  code: ProblemCode;
  message: string;
}

export type Path = readonly (string | number)[];

export interface Position {
  line: number;
  column: number;
}

export function problemAt(
  document: { positionOf(path: Path): Position | null },
  path: Path,
  what: { code: ProblemCode; message: string },
): DefinitionProblem {
  const position = document.positionOf(path);
  return {
    line: position?.line ?? null,
    column: position?.column ?? null,
    field: fieldOf(path),
    code: what.code,
    message: what.message,
  };
}

export function fieldOf(path: Path): string {
  return path.map(String).join('.') || '(all)';
}
