import { useRef } from 'react';

/** Whether a menu or dialog was open once: what nobody has opened yet is not drawn, and what was stays, so that it can fade out. */
export function useOpened(open: boolean): boolean {
  const opened = useRef(open);
  opened.current ||= open;
  return opened.current;
}
