import { closest } from '../../lib/closest.ts';
import type { ParsedDocument } from './document.ts';
import { MOST_PROBLEMS } from './document.ts';
import type { Known } from './known.ts';
import { type DefinitionProblem, type Path, type ProblemCode, problemAt } from './problem.ts';

/** What one reading collects. */
export interface Reading {
  known: Known;
  problems: DefinitionProblem[];
  warnings: DefinitionProblem[];
  problem(path: Path, code: ProblemCode, message: string): void;
  /** Does not keep the workflow from being used. */
  warning(path: Path, code: ProblemCode, message: string): void;
  lineOf(path: Path): number | null;
  /** As `closest`; nothing more is suggested when nothing more is reported, for 10,000 typing errors would cost minutes. */
  closest(word: string, candidates: readonly string[]): string | undefined;
}

export function startReading(document: Pick<ParsedDocument, 'positionOf' | 'lineOf'>, known: Known): Reading {
  const problems: DefinitionProblem[] = [];
  const warnings: DefinitionProblem[] = [];
  const adding = (list: DefinitionProblem[]) => (path: Path, code: ProblemCode, message: string) => {
    const same = (one: DefinitionProblem) => one.message === message && one.field === path.join('.');
    if (list.length < MOST_PROBLEMS && !list.some(same))
      list.push(problemAt(document, path, { code, message }));
  };
  return {
    known,
    problems,
    warnings,
    problem: adding(problems),
    warning: adding(warnings),
    lineOf: (path) => document.lineOf(path),
    closest: (word, candidates) =>
      problems.length >= MOST_PROBLEMS ? undefined : closest(word.slice(0, 60), candidates),
  };
}
