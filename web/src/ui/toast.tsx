import Snackbar from '@mui/material/Snackbar';
import { CircleCheck, CircleX } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import './toast.css';

const SHOWN_MS = 5000;

type Tone = 'done' | 'failed';
let current: { id: number; text: string; tone: Tone; at: number } | null = null;
const watchers = new Set<() => void>();

/** Says in one sentence what was done; the newest one counts. */
export function toast(text: string, tone: Tone = 'done'): void {
  current = { id: (current?.id ?? 0) + 1, text, tone, at: Date.now() };
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function Toasts() {
  const shown = useSyncExternalStore(watch, () => current);
  const [closed, setClosed] = useState(() => (shown && Date.now() - shown.at > SHOWN_MS ? shown.id : 0));
  if (!shown) return null;
  return (
    <Snackbar
      key={shown.id}
      open={shown.id !== closed}
      autoHideDuration={SHOWN_MS}
      onClose={(_event, reason) => reason !== 'clickaway' && setClosed(shown.id)}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
      className="toast-place"
    >
      <div className="toast" role="status">
        {shown.tone === 'done' ? (
          <CircleCheck size={18} aria-hidden="true" />
        ) : (
          <CircleX size={18} aria-hidden="true" />
        )}
        <span>{shown.text}</span>
      </div>
    </Snackbar>
  );
}
