import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

/** Rows above and below those in sight: who scrolls by the wheel sees no empty place before the next frame is drawn. */
const AHEAD = 6;
/** What stands over the list at the top of the page, and room below the last row. */
const [ROOM_ABOVE, ROOM_BELOW] = [64, 16];

interface Sight {
  /** May be before the first row or after the last one. */
  first: number;
  rows: number;
}

/** Nothing of the page has a place when a list is drawn for the first time: about what will be in sight below the head of a page. */
function guess(size: number): Sight {
  return { first: 0, rows: Math.ceil((window.innerHeight * 0.75) / size) };
}

/**
 * Which rows of one height are in sight of the page's own scroll area, and how to bring one there. Nothing is measured while rows are
 * drawn: to ask for a place then makes the browser lay out the page once more in each frame. Neither at first: the rows are there with the
 * page, and those ahead follow when it is painted.
 */
export function useRowsInSight(list: RefObject<HTMLElement | null>, size: number) {
  const [sight, setSight] = useState<Sight>(() => guess(size));
  const now = useRef({ offset: 0, height: 0, sight, measure: () => {} });
  now.current.sight = sight;

  useLayoutEffect(() => {
    const main = document.getElementById('main');
    const page = list.current?.closest('.page');
    if (!main || !page) return;
    const look = (put: (sight: Sight) => void) => {
      const { offset, height, sight } = now.current;
      const first = Math.floor((main.scrollTop - offset) / size) - AHEAD;
      const rows = Math.ceil(height / size) + 1 + 2 * AHEAD;
      if (first !== sight.first || rows !== sight.rows) put({ first, rows });
    };
    // Before the frame that shows the new place is painted, and not after it.
    const atOnce = (next: Sight) => flushSync(() => setSight(next));
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      now.current.offset = Math.round(top - main.getBoundingClientRect().top + main.scrollTop);
      now.current.height = main.clientHeight;
    };
    const scrolled = () => look(atOnce);
    const resized = new ResizeObserver(() => {
      measure();
      look(showsAll(now.current, { main, size }) ? setSight : atOnce);
    });
    now.current.measure = measure;
    const observe = () => {
      resized.disconnect();
      resized.observe(main);
      resized.observe(page);
      for (const child of page.children) if (!child.contains(list.current)) resized.observe(child);
    };
    observe();
    const changed = new MutationObserver(observe);
    changed.observe(page, { childList: true });
    main.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      resized.disconnect();
      changed.disconnect();
      main.removeEventListener('scroll', scrolled);
    };
  }, [list, size]);

  const scrollTo = (index: number) => {
    const main = document.getElementById('main');
    if (!main) return;
    if (now.current.height === 0) now.current.measure();
    const top = now.current.offset + index * size;
    if (top < main.scrollTop + ROOM_ABOVE) main.scrollTop = top - ROOM_ABOVE;
    else if (top + size > main.scrollTop + main.clientHeight - ROOM_BELOW)
      main.scrollTop = top + size - main.clientHeight + ROOM_BELOW;
  };
  return { ...sight, scrollTo };
}

/** Whether there is a row at each place in sight. */
function showsAll(
  { offset, height, sight }: { offset: number; height: number; sight: Sight },
  { main, size }: { main: HTMLElement; size: number },
): boolean {
  const top = main.scrollTop - offset;
  return sight.first * size <= Math.max(0, top) && (sight.first + sight.rows) * size >= top + height;
}
