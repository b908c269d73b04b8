/** Dialogs, menus and sheets that are open. */
const OVER_THE_PAGE = '.MuiModal-root:not(.MuiModal-hidden)';

/**
 * Moves the focus to a page that has arrived, but never out of what is open over it: whoever types into the palette
 * while a slow page loads goes on typing. When that is closed, the page gets the focus unless it has it already.
 * The returned function ends the waiting.
 */
export function focusWhenFree(target: HTMLElement): (() => void) | undefined {
  const free = () => document.querySelector(OVER_THE_PAGE) === null;
  if (free()) {
    target.focus({ preventScroll: true });
    return undefined;
  }
  // What is open over the page stands directly in the body.
  const observer = new MutationObserver(() => {
    if (!free()) return;
    observer.disconnect();
    const within = document.getElementById('main')?.contains(document.activeElement);
    if (!within) target.focus({ preventScroll: true });
  });
  observer.observe(document.body, { childList: true });
  return () => observer.disconnect();
}
