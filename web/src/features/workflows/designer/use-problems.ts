import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { DraftState } from '../document/draft.ts';
import type { Step } from '../document/graph.ts';
import { validationQuery } from '../queries.ts';
import type { DocumentProblem, Validation } from '../types.ts';
import type { EditorProblem } from './yaml-editor.tsx';

/** The server reads the whole document: not at every key. */
const PAUSE_MS = 350;

export interface Problems {
  /** For the text: with their lines. */
  lines: EditorProblem[];
  /** What stops a workflow from being stored. */
  errors: readonly DocumentProblem[];
  warnings: readonly DocumentProblem[];
  ofStep: ReadonlyMap<string, DocumentProblem[]>;
  validation: Validation | undefined;
  /** The answer is that of an older text. */
  checking: boolean;
  failure: unknown;
}

/** What is wrong with a document: what makes it unreadable at once, everything else as the server says it. */
export function useProblems(state: DraftState): Problems {
  const source = useSettled(state.source);
  const query = useQuery({ ...validationQuery(source), enabled: !state.broken && source.trim() !== '' });
  const { broken, parsed, graph } = state;
  const validation = query.data;
  const stale = source !== state.source || query.isPlaceholderData;
  // What cannot be read is another list at every key; otherwise only another answer of the server is.
  const unreadable = broken ? parsed : null;
  const errors = useMemo(
    () => (unreadable ? unreadable.problems.map(fromSyntax) : (validation?.problems ?? [])),
    [unreadable, validation],
  );
  const warnings = useMemo(() => (broken ? [] : (validation?.warnings ?? [])), [broken, validation]);
  // Apart from the rest: it stays the same object while somebody types, and with it the canvas.
  const ofStep = useMemo(() => {
    const bySteps = new Map<string, DocumentProblem[]>();
    if (!broken)
      for (const problem of [...errors, ...warnings]) {
        const step = stepOf(graph.steps, problem.field);
        if (step) bySteps.set(step.id, [...(bySteps.get(step.id) ?? []), problem]);
      }
    return bySteps;
  }, [broken, errors, warnings, graph]);
  const lines = useMemo(
    () => [
      ...errors.map((problem) => ({ ...lineOf(problem), severity: 'error' as const })),
      ...warnings.map((problem) => ({ ...lineOf(problem), severity: 'warning' as const })),
    ],
    [errors, warnings],
  );
  const checking = stale || query.isFetching;
  const failure = broken ? null : query.error;
  return useMemo(
    () => ({ lines, errors, warnings, ofStep, validation, checking, failure }),
    [lines, errors, warnings, ofStep, validation, checking, failure],
  );
}

function useSettled(source: string): string {
  const [settled, setSettled] = useState(source);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(source), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [source]);
  return settled;
}

function fromSyntax({ line, column, message }: DraftState['parsed']['problems'][number]): DocumentProblem {
  return { line, column, message, field: '', code: 'syntax' };
}

function lineOf({ line, column, message }: DocumentProblem) {
  return { line: line ?? 1, column, message };
}

function stepOf(steps: readonly Step[], field: string): Step | undefined {
  const [, section, index] = /^(steps|on_failure|finally)\.(\d+)/.exec(field) ?? [];
  return steps.find((step) => step.section === section && step.index === Number(index));
}
