import { useEffect, useRef, useState } from 'react';

/** A file that is dropped anywhere on the page. True while one hovers. */
export function useFileDrop(enabled: boolean, onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    if (!enabled) return;
    const ended = new AbortController();
    const on = (type: 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) =>
      document.addEventListener(type, listener, { signal: ended.signal });
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    on('dragover', (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(true);
    });
    // Out of the window, and not from one part of the page to another.
    on('dragleave', (event) => event.relatedTarget === null && setOver(false));
    on('drop', (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) latest.current(file);
    });
    return () => ended.abort();
  }, [enabled]);
  return over;
}
