import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../../api/api.ts';
import { ApiError, newKey } from '../../api/client.ts';
import type { FieldProblem, Params } from '../../api/types.ts';
import { isObject } from './form/params.ts';

/** Going back and forth keeps what was typed, for as long as the tab lives. */
const draftKey = (task: string) => `sentinelx-draft:${task}`;

function readDraft(task: string): Params {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(draftKey(task)) ?? '{}');
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export function useRunForm(task: string, prefilled: Params | undefined) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [params, setParams] = useState<Params>(() => prefilled ?? readDraft(task));
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const key = useRef(newKey());

  const change = (next: Params, path?: string) => {
    setParams(next);
    key.current = newKey();
    setProblems(path === undefined ? [] : problems.filter((problem) => topOf(problem.field) !== topOf(path)));
    sessionStorage.setItem(draftKey(task), JSON.stringify(next));
    check.reset();
  };

  const check = useMutation({
    mutationFn: () => api.checkTask(task, params),
    onSuccess: (result) => {
      setProblems(result.problems);
      focusProblem(result.problems);
    },
  });

  const start = useMutation({
    // A second click, or a retry after an answer that was lost, starts no second run.
    mutationFn: () => api.startTask(task, params, key.current),
    onSuccess: ({ run }) => {
      sessionStorage.removeItem(draftKey(task));
      void client.invalidateQueries({ queryKey: ['runs'] });
      void navigate(`/runs/${encodeURIComponent(run.id)}`);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      // The server has refused: with what is corrected it is another start.
      if (error.status > 0) key.current = newKey();
      setProblems(error.fields);
      focusProblem(error.fields);
    },
  });

  /** Leaving a field says what is wrong with it, and nothing about fields that were not reached yet. */
  const checkField = async (path: string) => {
    const result = await api.checkTask(task, params).catch(() => undefined);
    if (!result) return;
    const here = result.problems.filter((problem) => topOf(problem.field) === topOf(path));
    setProblems((known) => [...known.filter((problem) => topOf(problem.field) !== topOf(path)), ...here]);
  };

  return { params, change, problems, check, start, checkField };
}

function topOf(path: string): string {
  return path.split('.')[0] ?? path;
}

function focusProblem(problems: readonly FieldProblem[]): void {
  const first = problems[0];
  if (!first) return;
  const byPath =
    document.getElementById(`param-${first.field}`) ?? document.getElementById(`param-${topOf(first.field)}`);
  byPath?.focus();
}
