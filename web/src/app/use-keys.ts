import { useEffect, useRef } from 'react';

/** Key names as `event.key` has them; `g f` is a sequence of two. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const SEQUENCE_MS = 900;

/** Single-key shortcuts of a page. Dead in inputs and while a dialog or menu is open, so that nobody triggers one by typing. */
export function useKeys(map: KeyMap, active = true): void {
  const keys = useRef(map);
  keys.current = map;
  useEffect(() => {
    if (!active) return;
    let prefix = '';
    let prefixAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target))
        return;
      const sequence = Date.now() - prefixAt < SEQUENCE_MS && prefix ? `${prefix} ${event.key}` : event.key;
      prefix = '';
      const run = keys.current[sequence];
      if (run) {
        event.preventDefault();
        run(event);
      } else if (Object.keys(keys.current).some((name) => name.startsWith(`${event.key} `))) {
        prefix = event.key;
        prefixAt = Date.now();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [active]);
}

function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"], .MuiModal-root'))
    return true;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
