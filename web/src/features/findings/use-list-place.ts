import { useEffect, useLayoutEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router';
import type { RowKeys } from './use-row-keys.ts';

/** Where one was in a list. */
interface Place {
  top: number;
  row: string | null;
}

/** By entry of the browser's history, the one that was left last at the end. */
const places = new Map<string, Place>();
const KEPT = 100;
/** So long a list may take to be as long again as it was. */
const PATIENCE_MS = 3000;
const MOVES = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/**
 * Back leads to where one was in the list, and another list (`list` names what is asked for) begins at its start. Nobody who scrolls
 * meanwhile is moved.
 */
export function useListPlace(list: string, keys: RowKeys): void {
  const { key } = useLocation();
  const type = useNavigationType();
  const now = useRef({ list, keys, key });
  now.current.keys = keys;

  // While what one leaves is still there.
  useLayoutEffect(() => () => keep(key, now.current.keys.current()), [key]);
  useLayoutEffect(() => {
    if (now.current.list === list) return;
    now.current.list = list;
    now.current.keys.begin(null);
    toStart();
  }, [list]);
  useEffect(() => {
    // An entry that was replaced is one that nobody comes back to.
    if (type === 'REPLACE' && now.current.key !== key) places.delete(now.current.key);
    now.current.key = key;
    const place = type === 'POP' ? places.get(key) : undefined;
    if (!place) return;
    now.current.keys.begin(place.row);
    return scrollWhenLongEnough(place.top);
  }, [key, type]);
}

function keep(key: string, row: string | null): void {
  places.delete(key);
  places.set(key, { top: document.getElementById('main')?.scrollTop ?? 0, row });
  const [oldest] = places.keys();
  if (places.size > KEPT && oldest !== undefined) places.delete(oldest);
}

/** What stands over the list is not scrolled into sight: what one has just clicked there stays under the pointer. */
function toStart(): void {
  const main = document.getElementById('main');
  const layout = document.querySelector('.findings-layout');
  if (!main || !layout) return;
  const start = layout.getBoundingClientRect().top - main.getBoundingClientRect().top;
  if (start < 0) main.scrollTop += start;
}

function scrollWhenLongEnough(top: number): () => void {
  const end = performance.now() + PATIENCE_MS;
  let frame = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    for (const move of MOVES) document.removeEventListener(move, stop, true);
  };
  // A frame later: a page that has arrived is scrolled to its top first.
  const look = () => {
    const main = document.getElementById('main');
    if (main) main.scrollTop = top;
    if (!main || Math.abs(main.scrollTop - top) < 2 || performance.now() > end) stop();
    else frame = requestAnimationFrame(look);
  };
  frame = requestAnimationFrame(look);
  for (const move of MOVES) document.addEventListener(move, stop, { capture: true, passive: true });
  return stop;
}
