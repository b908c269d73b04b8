import type { ParsedDocument } from '../definition/document.ts';
import { type DefinitionProblem, type Path, type ProblemCode, problemAt } from '../definition/problem.ts';
import { Untranslatable } from './python/untranslatable.ts';

/** What is known about the tasks of today. */
export interface KnownTasks {
  /** Why a task was left out on purpose. */
  retired(id: string): string | undefined;
  /** Anything but undefined or false: there is such a task. */
  task(id: string): unknown;
  renamed(id: string): string | undefined;
  /** Whether a program is there; without it programs in `prerequisites` are said not to be checked. */
  program?(name: string): boolean;
}

export interface ConversionNote {
  /** Of the older file. */
  line: number | null;
  what: 'renamed' | 'translated' | 'dropped' | 'assumed';
  from: string;
  to: string | null;
  message: string;
}

/** What one conversion collects. Paths are those of the older document. */
export interface Conversion {
  known: KnownTasks;
  report: ConversionNote[];
  problems: DefinitionProblem[];
  problem(path: Path, code: ProblemCode, message: string): void;
  note(path: Path, note: Omit<ConversionNote, 'line'>): void;
  /** Runs it; what cannot be translated becomes a problem of that place. */
  attempt<T>(path: Path, what: string, run: () => T): T | null;
}

/** Nobody reads more. */
const MOST = 500;
const MOST_SHOWN = 120;

export function startConversion(document: ParsedDocument, known: KnownTasks): Conversion {
  const report: ConversionNote[] = [];
  const problems: DefinitionProblem[] = [];
  const problem: Conversion['problem'] = (path, code, message) => {
    if (problems.length < MOST) problems.push(problemAt(document, path, { code, message }));
  };
  return {
    known,
    report,
    problems,
    problem,
    note(path, note) {
      if (report.length < MOST)
        report.push({
          ...note,
          line: document.lineOf(path),
          from: short(note.from),
          to: note.to === null ? null : short(note.to),
        });
    },
    attempt(path, what, run) {
      try {
        return run();
      } catch (error) {
        if (!(error instanceof Untranslatable)) throw error;
        problem(path, error.code, `${what}: ${error.message}${error.message.endsWith('?') ? '' : '.'}`);
        return null;
      }
    },
  };
}

export function short(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 1)}…` : text;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
