import type { LiveEvent } from './live-feed.ts';

export interface FeedPage {
  seq: number;
  events: readonly LiveEvent[];
}

/** A page that was asked for; `started` tells which commits its reader could see. */
export interface Reading {
  started: number;
  page: Promise<FeedPage | undefined>;
}

/** Characters of all pages that are kept, as JSON: some seconds of the busiest log. */
const MOST_CHARACTERS = 4_000_000;
const QUIET_MS = 10_000;

/**
 * Pages of the log that were read a moment ago. Who is a little behind gets the same pages as those before: they are read once, what is
 * made of them (the text for the wire) is made once and lies in memory once, however far apart the readers are.
 */
export function createRecentPages() {
  const kept = new Map<string, Reading & { size: number }>();
  let size = 0;
  let timer: NodeJS.Timeout | undefined;

  function forget(name: string): void {
    size -= kept.get(name)?.size ?? 0;
    kept.delete(name);
  }

  function clear(): void {
    clearTimeout(timer);
    timer = undefined;
    kept.clear();
    size = 0;
  }

  return {
    get: (name: string): Reading | undefined => kept.get(name),
    /** Kept while it is read; then only when there is something in it. */
    add(name: string, reading: Reading): void {
      const entry = { ...reading, size: 0 };
      kept.set(name, entry);
      reading.page.then(
        (page) => {
          if (kept.get(name) !== entry) return;
          if (!page) return forget(name);
          entry.size = JSON.stringify(page.events).length;
          size += entry.size;
          for (const [oldest] of kept) {
            if (size <= MOST_CHARACTERS) break;
            forget(oldest);
          }
        },
        () => {
          if (kept.get(name) === entry) forget(name);
        },
      );
      timer ??= setTimeout(clear, QUIET_MS).unref();
      timer.refresh();
    },
    clear,
  };
}
