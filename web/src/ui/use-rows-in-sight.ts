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

/**
 * Which rows of one height are in sight of the page's own scroll area, and how to bring one there. Nothing is measured while rows are
 * drawn: to ask for a place then makes the browser lay out the page once more in each frame.
 */
export function useRowsInSight(list: RefObject<HTMLElement | null>, size: number) {
  const [sight, setSight] = useState<Sight>({ first: 0, rows: 0 });
  const now = useRef({ offset: 0, height: 0, sight });
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
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      now.current.offset = Math.round(top - main.getBoundingClientRect().top + main.scrollTop);
      now.current.height = main.clientHeight;
      look(setSight);
    };
    // Before the frame that shows the new place is painted, and not after it.
    const scrolled = () => look((next) => flushSync(() => setSight(next)));
    const resized = new ResizeObserver(measure);
    const observe = () => {
      resized.disconnect();
      resized.observe(main);
      resized.observe(page);
      for (const child of page.children) if (!child.contains(list.current)) resized.observe(child);
    };
    measure();
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
    const top = now.current.offset + index * size;
    if (top < main.scrollTop + ROOM_ABOVE) main.scrollTop = top - ROOM_ABOVE;
    else if (top + size > main.scrollTop + main.clientHeight - ROOM_BELOW)
      main.scrollTop = top + size - main.clientHeight + ROOM_BELOW;
  };
  return { ...sight, scrollTo };
}
