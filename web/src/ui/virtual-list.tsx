import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { orderRows } from './row-order.ts';
import { type Placed, type Slots, slotsFor } from './row-slots.ts';
import { useMediaQuery } from './use-media-query.ts';
import { useRowsInSight } from './use-rows-in-sight.ts';
import './virtual-list.css';

/** Heights are fixed and the same as in virtual-list.css: nothing is measured, so a long list costs no layout. */
const ROW = { wide: 36, coarse: 44, phone: 64 };
/** Rows of two lines. */
const TALL = { wide: 52, coarse: 56, phone: 64 };
/** After so long without another row the list rests. */
const REST_MS = 120;

export interface VirtualListHandle {
  scrollTo(index: number): void;
}

interface VirtualListProps {
  label: string;
  count: number;
  /** What the server says there is, when it is more than `count`. */
  hasMore?: boolean;
  onEnd?: () => void;
  rowKey: (index: number) => string;
  renderRow: (index: number) => ReactNode;
  handle?: Ref<VirtualListHandle>;
  tall?: boolean;
  /** The rows of a grid that stands around the list, below its head: `kept` exists also out of sight, so that the focus stays in it. */
  grid?: { kept: number; selected: (index: number) => boolean };
}

/**
 * Rows of plain markup inside the page's own scroll area; only those in sight exist, and the one that has the focus. An element shows one
 * row after the other: what a row keeps in itself (state, a timer) does not belong to the row.
 */
export function VirtualList(props: VirtualListProps) {
  const { label, count, hasMore, onEnd, rowKey, renderRow, handle, tall, grid } = props;
  const list = useRef<HTMLUListElement>(null);
  const phone = useMediaQuery('(max-width: 839.98px)');
  const coarse = useMediaQuery('(pointer: coarse)');
  const heights = tall ? TALL : ROW;
  const size = phone ? heights.phone : coarse ? heights.coarse : heights.wide;
  const { first, rows, scrollTo } = useRowsInSight(list, size);
  useImperativeHandle(handle, () => ({ scrollTo }));

  const slots = useRef<Slots>(new Map());
  const last = Math.min(count, first + rows) - 1;
  const held = focusedRow(list.current, slots.current, { count, rowKey });
  const shown = new Set<number>();
  for (let index = Math.max(0, first); index <= last; index++) shown.add(index);
  for (const index of [grid?.kept, held?.index]) {
    if (rows > 0 && index !== undefined && index < count) shown.add(index);
  }
  slots.current = slotsFor(
    slots.current,
    [...shown].sort((a, b) => a - b).map((index) => ({ key: rowKey(index), index })),
    held?.slot,
  );

  useEffect(() => {
    if (hasMore && last >= count - 20) onEnd?.();
  }, [hasMore, last, count, onEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after other rows have come
  useEffect(() => {
    const timer = setTimeout(() => list.current && orderRows(list.current), REST_MS);
    return () => clearTimeout(timer);
  }, [first, rows, count]);

  return (
    <ul
      ref={list}
      className="vlist"
      {...(grid ? { role: 'rowgroup' } : { 'aria-label': label })}
      style={{ height: count * size }}
    >
      {[...slots.current.values()].sort(bySlot).map(({ slot, index }) => (
        <li
          key={slot}
          className="vlist-row"
          data-slot={slot}
          data-index={index}
          {...(grid
            ? { role: 'row', 'aria-rowindex': index + 2, 'aria-selected': grid.selected(index) }
            : { 'aria-posinset': index + 1, 'aria-setsize': hasMore ? -1 : count })}
          style={{ height: size, transform: `translateY(${index * size}px)` }}
        >
          {renderRow(index)}
        </li>
      ))}
    </ul>
  );
}

/** React moves no element when those that stay keep their order among each other. */
const bySlot = (a: Placed, b: Placed) => a.slot - b.slot;

/** The row of the list that has the focus. `index` is undefined when the row is not in the list any more. */
function focusedRow(
  list: HTMLElement | null,
  slots: Slots,
  { count, rowKey }: Pick<VirtualListProps, 'count' | 'rowKey'>,
): { slot: number; index: number | undefined } | undefined {
  const row = document.activeElement?.closest<HTMLElement>('.vlist-row');
  if (!list || !row || row.parentElement !== list) return undefined;
  const slot = Number(row.dataset.slot);
  const [key, placed] = [...slots].find(([, one]) => one.slot === slot) ?? [];
  if (key === undefined || !placed) return undefined;
  if (placed.index < count && rowKey(placed.index) === key) return placed;
  for (let index = 0; index < count; index++) if (rowKey(index) === key) return { slot, index };
  return { slot, index: undefined };
}
