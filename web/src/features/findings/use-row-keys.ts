import { type RefObject, useEffect, useRef } from 'react';
import { useKeys } from '../../app/use-keys.ts';
import type { VirtualListHandle } from '../../ui/virtual-list.tsx';

export interface RowKeys {
  /** The row that has the focus, that is open beside the list, or that was left last. */
  current(): string | null;
  /** By one row from where one is, or from `from`. Gives the row that it came to. */
  move(step: number, from?: string | null): string | null;
  /** Brings the row where one is into sight and marks it. False when it is so already: then it can be decided about. */
  reveal(): boolean;
  /** Gives the focus back to the row where one is, when it is nowhere. */
  refocus(): void;
  /** One is in this row, as if one had left it last; null: in none. */
  begin(id: string | null): void;
}

interface RowKeysOptions {
  onMove?: ((id: string) => void) | undefined;
  /** Where one is when no row has the focus. */
  open?: string | null;
  /** With Shift: the row that is left, and the one that is come to. */
  onExtend?: ((from: string, to: string) => void) | undefined;
}

/** j and k (or the arrows) move the focus from row to row, also to rows that are out of sight. */
export function useRowKeys(
  rows: readonly { id: string }[],
  list: RefObject<VirtualListHandle | null>,
  { onMove, open, onExtend }: RowKeysOptions = {},
): RowKeys {
  const lastFocused = useRef<string | null>(null);
  useEffect(() => {
    const note = () => {
      lastFocused.current = rowWithFocus() ?? lastFocused.current;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
  const current = () => {
    const known = rowWithFocus() ?? open ?? lastFocused.current;
    // What is not in the list any more is decided about by nobody.
    return rows.some(({ id }) => id === known) ? known : null;
  };
  const move = (step: number, from = current()): string | null => {
    const at = rows.findIndex((row) => row.id === from);
    const start = at === -1 ? rows.findIndex(({ id }) => id === firstInSight()) : at + step;
    const next = rows[Math.max(0, Math.min(rows.length - 1, start))];
    if (!next) return null;
    lastFocused.current = next.id;
    list.current?.scrollTo(rows.indexOf(next));
    focusRow(next.id);
    onMove?.(next.id);
    return next.id;
  };
  const extend = (step: number) => {
    const from = current();
    const to = move(step, from);
    if (to) onExtend?.(from ?? to, to);
  };
  const arrow = (step: number) => (event: KeyboardEvent) =>
    event.shiftKey && onExtend ? extend(step) : void move(step);
  useKeys({
    j: () => void move(1),
    k: () => void move(-1),
    ArrowDown: arrow(1),
    ArrowUp: arrow(-1),
    ...(onExtend ? { J: () => extend(1), K: () => extend(-1) } : {}),
  });
  return {
    current,
    move,
    reveal() {
      const id = current();
      if (id === null || id === open) return false;
      if (id === rowWithFocus() && isInSight(rowOf(id))) return false;
      move(0, id);
      return true;
    },
    refocus() {
      // In the next frame: what has the focus now may be about to go.
      requestAnimationFrame(() => {
        const id = current();
        if (id !== null && rowWithFocus() === null) focusRow(id);
      });
    },
    begin(id) {
      lastFocused.current = id;
    },
  };
}

function rowWithFocus(): string | null {
  const row = document.activeElement?.closest('.frow, .rrow, .group-row');
  return row?.querySelector<HTMLElement>('[data-row]')?.dataset.row ?? null;
}

function rowOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
}

/** Half a row is enough to see which one it is. */
function isInSight(row: HTMLElement | null): boolean {
  const main = document.getElementById('main')?.getBoundingClientRect();
  const box = row?.getBoundingClientRect();
  if (!main || !box) return false;
  // The tools of the list stay over its rows.
  const tools = document.querySelector('.list-top')?.getBoundingClientRect();
  const middle = (box.top + box.bottom) / 2;
  return middle > Math.max(main.top, tools?.bottom ?? 0) && middle < main.bottom;
}

/** The elements stand in any order after scrolling. */
function firstInSight(): string | undefined {
  const seen = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter(isInSight);
  const topOf = (row: HTMLElement) => row.getBoundingClientRect().top;
  return seen.sort((a, b) => topOf(a) - topOf(b))[0]?.dataset.row;
}

/** A row that was out of sight exists only after the list has drawn it. */
export function focusRow(id: string, attempts = 10): void {
  const row = rowOf(id);
  if (row) row.focus({ preventScroll: true });
  else if (attempts > 0) requestAnimationFrame(() => focusRow(id, attempts - 1));
}
