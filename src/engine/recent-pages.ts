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

/** Events of all pages that are kept: about 8 MB, and some seconds of the busiest log. */
const MOST_EVENTS = 5_000;
const QUIET_MS = 10_000;

/**
 * Pages of the log that were read a moment ago. Who is a little behind gets the same pages as those before: they are read once, what is
 * made of them (the text for the wire) is made once and lies in memory once, however far apart the readers are.
 */
export function createRecentPages() {
  const kept = new Map<string, Reading & { events: number }>();
  let events = 0;
  let timer: NodeJS.Timeout | undefined;

  function forget(name: string): void {
    events -= kept.get(name)?.events ?? 0;
    kept.delete(name);
  }

  function clear(): void {
    clearTimeout(timer);
    timer = undefined;
    kept.clear();
    events = 0;
  }

  return {
    get: (name: string): Reading | undefined => kept.get(name),
    /** Kept while it is read; then only when there is something in it. */
    add(name: string, reading: Reading): void {
      const entry = { ...reading, events: 0 };
      kept.set(name, entry);
      reading.page.then(
        (page) => {
          if (kept.get(name) !== entry) return;
          if (!page) return forget(name);
          entry.events = page.events.length;
          events += entry.events;
          for (const [oldest] of kept) {
            if (events <= MOST_EVENTS) break;
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
