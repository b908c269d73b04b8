import type { Store } from '../store/store.ts';
import type { createPlaces } from './places.ts';

/** Many commits within this time are one look. */
const LOOK_MS = 50;

/** Another process of this data folder may have been asked to cancel a run of ours. Returns what ends it. */
export function followCancels(
  store: Store,
  { instance, places }: { instance: string; places: ReturnType<typeof createPlaces> },
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  const stopListening = store.onCommit(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void look().catch(() => undefined);
    }, LOOK_MS);
  });

  async function look(): Promise<void> {
    if (looking || places.active() === 0) return;
    looking = true;
    try {
      const rows = await store.db
        .selectFrom('run')
        .select('id')
        .where('status', '=', 'cancelling')
        .where('instance', '=', instance)
        .execute();
      for (const row of rows) places.abort(row.id);
    } finally {
      looking = false;
    }
  }

  return () => {
    stopListening();
    clearTimeout(timer);
  };
}
