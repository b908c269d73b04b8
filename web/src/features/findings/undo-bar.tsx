import Button from '@mui/material/Button';
import { CircleCheck, X } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import './undo-bar.css';

const SHOWN_MS = 10_000;

interface Done {
  id: number;
  text: string;
  undo: (() => void) | null;
}

let current: Done | null = null;
const watchers = new Set<() => void>();

function set(next: Done | null): void {
  current = next;
  for (const watcher of watchers) watcher();
}

/** Says what was done, and for ten seconds offers to take it back. The newest one counts. */
export function offerUndo(text: string, undo: (() => void) | null): void {
  set({ id: (current?.id ?? 0) + 1, text, undo });
}

export function closeUndo(): void {
  set(null);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function UndoBar() {
  const { t } = useTranslation();
  const done = useSyncExternalStore(watch, () => current);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!done || held) return;
    const timer = setTimeout(closeUndo, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done, held]);
  // A page that one leaves takes its offer along.
  useEffect(() => closeUndo, []);
  return (
    <div className="undo-place" role="status">
      {done ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: who is about to click must not lose the button
        <div
          className="undo-bar"
          onMouseEnter={() => setHeld(true)}
          onMouseLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          <CircleCheck size={18} aria-hidden="true" />
          <span className="grow break">{done.text}</span>
          {done.undo ? (
            <Button
              size="small"
              onClick={() => {
                done.undo?.();
                closeUndo();
              }}
            >
              {t('triage.undo')} <kbd className="wide-only">u</kbd>
            </Button>
          ) : null}
          <Button size="small" aria-label={t('action.close')} onClick={closeUndo}>
            <X size={16} aria-hidden="true" />
          </Button>
        </div>
      ) : null}
    </div>
  );
}
