import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';

/** A report that is dropped anywhere on the page is imported, as if it had been dropped on the screen of imports. True while one hovers. */
export function useReportDrop(enabled: boolean): boolean {
  const navigate = useNavigate();
  const [over, setOver] = useState(false);
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
      if (file) void navigate('/findings/imports', { state: { report: file } });
    });
    return () => ended.abort();
  }, [enabled, navigate]);
  return over;
}
