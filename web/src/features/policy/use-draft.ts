import { useRef, useState } from 'react';
import { currentProject } from '../../api/project.ts';

const MOST_STEPS = 200;
/** What is typed within this time is taken back together. */
const TOGETHER_MS = 600;

export interface Draft {
  source: string;
  changed: boolean;
  /** The revision that was edited. */
  base: number;
  type: (source: string) => void;
  undo: () => void;
  redo: () => void;
  /** Begins again from what is stored. */
  reset: (source: string, base: number) => void;
  /** What is stored now was looked at: the next save is over it. */
  rebase: (base: number) => void;
}

interface Kept {
  source: string;
  base: number;
}

const key = () => `sentinelx-policy:${currentProject() ?? ''}`;

/** The text that is edited, with its steps back. It lives as long as the tab: going away and back loses nothing. */
export function useDraft(stored: { source: string; base: number }, original: string): Draft {
  const [state, setState] = useState<Kept>(() => readKept() ?? stored);
  const back = useRef<string[]>([]);
  const forward = useRef<string[]>([]);
  const last = useRef(0);
  const put = (next: Kept) => {
    setState(next);
    keep(next.source === original ? null : next);
  };
  return {
    ...state,
    changed: state.source !== original,
    type(source) {
      const now = Date.now();
      if (now - last.current > TOGETHER_MS) back.current = [...back.current, state.source].slice(-MOST_STEPS);
      last.current = now;
      forward.current = [];
      put({ ...state, source });
    },
    undo() {
      const before = back.current.pop();
      if (before === undefined) return;
      forward.current.push(state.source);
      last.current = 0;
      put({ ...state, source: before });
    },
    redo() {
      const after = forward.current.pop();
      if (after === undefined) return;
      back.current.push(state.source);
      last.current = 0;
      put({ ...state, source: after });
    },
    reset(source, base) {
      back.current = [...back.current, state.source].slice(-MOST_STEPS);
      forward.current = [];
      last.current = 0;
      setState({ source, base });
      keep(null);
    },
    rebase: (base) => put({ ...state, base }),
  };
}

function readKept(): Kept | null {
  const text = sessionStorage.getItem(key());
  if (text === null) return null;
  try {
    const kept = JSON.parse(text) as Kept;
    return typeof kept.source === 'string' && typeof kept.base === 'number' ? kept : null;
  } catch {
    return null;
  }
}

function keep(draft: Kept | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(key());
    else sessionStorage.setItem(key(), JSON.stringify(draft));
  } catch {
    // The storage of the tab is full: the draft then lives on this page only.
  }
}
