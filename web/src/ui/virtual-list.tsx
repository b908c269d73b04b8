import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useMediaQuery } from './use-media-query.ts';
import './virtual-list.css';

/** Heights are fixed and the same as in virtual-list.css: nothing is measured, so a long list costs no layout. */
const ROW = { wide: 36, coarse: 44, phone: 64 };
/** Rows of two lines. */
const TALL = { wide: 52, coarse: 56, phone: 64 };

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

/** Rows of plain markup inside the page's own scroll area; only those in sight exist. */
export function VirtualList(props: VirtualListProps) {
  const { label, count, hasMore, onEnd, rowKey, renderRow, handle, tall, grid } = props;
  const list = useRef<HTMLUListElement>(null);
  const phone = useMediaQuery('(max-width: 839.98px)');
  const coarse = useMediaQuery('(pointer: coarse)');
  const heights = tall ? TALL : ROW;
  const size = phone ? heights.phone : coarse ? heights.coarse : heights.wide;
  const [offset, setOffset] = useState(0);

  const rows = useVirtualizer({
    count,
    getScrollElement: () => document.getElementById('main'),
    estimateSize: () => size,
    getItemKey: rowKey,
    overscan: 8,
    scrollMargin: offset,
    ...(grid ? { rangeExtractor: (range) => withKept(defaultRangeExtractor(range), grid.kept, count) } : {}),
    scrollPaddingStart: 64,
    scrollPaddingEnd: 16,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height of the rows voids all positions
  useLayoutEffect(() => {
    rows.measure();
  }, [size]);

  useLayoutEffect(() => {
    const main = document.getElementById('main');
    const page = list.current?.closest('.page');
    if (!main || !page) return;
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      setOffset(Math.round(top - main.getBoundingClientRect().top + main.scrollTop));
    };
    // Never while rows are drawn: to ask for a place then makes the browser lay out the page once more in each frame.
    const resized = new ResizeObserver(measure);
    const observe = () => {
      resized.disconnect();
      resized.observe(page);
      for (const child of page.children) if (!child.contains(list.current)) resized.observe(child);
    };
    measure();
    observe();
    const changed = new MutationObserver(observe);
    changed.observe(page, { childList: true });
    return () => {
      resized.disconnect();
      changed.disconnect();
    };
  }, []);

  useImperativeHandle(handle, () => ({ scrollTo: (index) => rows.scrollToIndex(index, { align: 'auto' }) }));

  const items = rows.getVirtualItems();
  // The one that is kept out of sight does not count.
  const last = rows.range?.endIndex ?? -1;
  useEffect(() => {
    if (hasMore && last >= count - 20) onEnd?.();
  }, [hasMore, last, count, onEnd]);

  return (
    <ul
      ref={list}
      className="vlist"
      {...(grid ? { role: 'rowgroup' } : { 'aria-label': label })}
      style={{ height: rows.getTotalSize() }}
    >
      {items.map((item) => (
        <li
          key={item.key}
          className="vlist-row"
          {...(grid
            ? { role: 'row', 'aria-rowindex': item.index + 2, 'aria-selected': grid.selected(item.index) }
            : { 'aria-posinset': item.index + 1, 'aria-setsize': hasMore ? -1 : count })}
          style={{ height: size, transform: `translateY(${item.start - offset}px)` }}
        >
          {renderRow(item.index)}
        </li>
      ))}
    </ul>
  );
}

function withKept(range: number[], kept: number, count: number): number[] {
  if (kept >= count || range.includes(kept)) return range;
  return kept < (range[0] ?? 0) ? [kept, ...range] : [...range, kept];
}
