import { type RefObject, useRef } from 'react';
import { useKeys } from '../../app/use-keys.ts';
import type { VirtualListHandle } from '../../ui/virtual-list.tsx';

/** j and k (or the arrows) move the focus from row to row, also to rows that are out of sight. */
export function useRowKeys(
  rows: readonly { id: string }[],
  list: RefObject<VirtualListHandle | null>,
  onMove?: (id: string) => void,
  current?: string | null,
): void {
  const lastFocused = useRef<string | null>(null);

  const move = (step: number) => {
    const focused = (document.activeElement as HTMLElement | null)?.dataset.row;
    const from = focused ?? current ?? lastFocused.current;
    const at = rows.findIndex((row) => row.id === from);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at === -1 ? 0 : at + step))];
    if (!next) return;
    lastFocused.current = next.id;
    list.current?.scrollTo(rows.indexOf(next));
    focusRow(next.id);
    onMove?.(next.id);
  };
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
}

/** A row that was out of sight exists only after the list has drawn it. */
export function focusRow(id: string, attempts = 10): void {
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
  if (row) row.focus({ preventScroll: true });
  else if (attempts > 0) requestAnimationFrame(() => focusRow(id, attempts - 1));
}
