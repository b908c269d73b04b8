import { type RefObject, useRef } from 'react';
import { useKeys } from '../../app/use-keys.ts';
import type { VirtualListHandle } from '../../ui/virtual-list.tsx';

export interface RowKeys {
  /** The row that has the focus, that is open beside the list, or that was left last. */
  current(): string | null;
  /** By one row from where one is, or from `from`. Gives the row that it came to. */
  move(step: number, from?: string | null): string | null;
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
  const current = () => {
    const focused = document.activeElement
      ?.closest<HTMLElement>('.frow, .rrow, .group-row')
      ?.querySelector<HTMLElement>('[data-row]');
    const known = focused?.dataset.row ?? open ?? lastFocused.current;
    // What is not in the list any more is decided about by nobody.
    return rows.some(({ id }) => id === known) ? known : null;
  };
  const move = (step: number, from = current()): string | null => {
    const at = rows.findIndex((row) => row.id === from);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at === -1 ? 0 : at + step))];
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
  return { current, move };
}

/** A row that was out of sight exists only after the list has drawn it. */
export function focusRow(id: string, attempts = 10): void {
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
  if (row) row.focus({ preventScroll: true });
  else if (attempts > 0) requestAnimationFrame(() => focusRow(id, attempts - 1));
}
