import type { MouseEvent } from 'react';
import { useNavigate } from 'react-router';

interface RowClicks {
  /** Takes the click instead of the link when it returns true. */
  onOpen: (id: string) => boolean;
  onSelect: (id: string, range: boolean) => void;
}

/** One handler for all rows of a list of findings, on the element around them: the title opens, the box chooses. */
export function useRowClicks({ onOpen, onSelect }: RowClicks): (event: MouseEvent<HTMLElement>) => void {
  const navigate = useNavigate();
  return (event) => {
    const target = event.target as HTMLElement;
    const title = target.closest('.lrow')?.querySelector<HTMLAnchorElement>('[data-row]');
    const id = title?.dataset.row;
    if (!title || !id) return;
    if (target.matches('.lrow-check')) onSelect(id, event.shiftKey);
    else if (title.contains(target) && isPlain(event)) {
      event.preventDefault();
      if (!onOpen(id)) void navigate(title.pathname);
    }
  };
}

/** With Ctrl and the like the browser opens the link elsewhere. */
function isPlain(event: MouseEvent): boolean {
  return !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) && event.button === 0;
}
