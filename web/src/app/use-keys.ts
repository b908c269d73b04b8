import { useEffect, useRef } from 'react';
import { preference } from '../ui/preferences.ts';

/** Key names as `event.key` has them; `g f` is a sequence of two, `Mod+k` is with Ctrl or ⌘. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const SEQUENCE_MS = 900;

/** All that listens now. One listener for them: the second key of `g r` must not reach the `r` of the page. */
const maps: { current: KeyMap }[] = [];
let prefix = '';
let prefixAt = 0;

/** Shortcuts of a page. Dead in inputs and while a dialog or menu is open, so that nobody triggers one by typing. */
export function useKeys(map: KeyMap, active = true): void {
  const keys = useRef(map);
  keys.current = map;
  useEffect(() => {
    if (!active) return;
    if (maps.length === 0) document.addEventListener('keydown', onKey);
    maps.push(keys);
    return () => {
      maps.splice(maps.indexOf(keys), 1);
      if (maps.length === 0) document.removeEventListener('keydown', onKey);
    };
  }, [active]);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || isCovered()) return;
  const mod = event.ctrlKey || event.metaKey;
  if (!mod && isTyping(event.target)) return;
  if (!mod && event.key.length === 1 && preference('singleKeys') === 'off') return;
  const key = mod ? `Mod+${event.key.toLowerCase()}` : event.key;
  const sequence = prefix && Date.now() - prefixAt < SEQUENCE_MS ? `${prefix} ${key}` : key;
  prefix = '';
  const found = maps.findLast(({ current }) => sequence in current)?.current[sequence];
  if (found) {
    event.preventDefault();
    found(event);
  } else if (maps.some(({ current }) => Object.keys(current).some((name) => name.startsWith(`${key} `)))) {
    prefix = key;
    prefixAt = Date.now();
  }
}

function isCovered(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"], .MuiModal-root') !== null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
