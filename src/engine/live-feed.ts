import { createTurns } from '../lib/turns.ts';
import { readEvents, toEvent } from '../store/events.ts';
import { readLog } from '../store/run-log.ts';
import type { Store } from '../store/store.ts';
import { createRecentPages, type FeedPage, type Reading } from './recent-pages.ts';

/** One event as it goes out: `cursor` is what a client sends back as `after`. */
export interface LiveEvent {
  cursor: string;
  time: number;
  type: string;
  data: Record<string, unknown>;
}

export interface Subscriber {
  /**
   * Events in order; resolves when the other side can take more. Subscribers that stand at the same place get the same list,
   * so that what is made of it can be made once.
   */
  events(list: readonly LiveEvent[]): Promise<void>;
  gap(from: string, to: string): void;
}

export type StreamName =
  | { kind: 'run'; run: string }
  | { kind: 'log'; run: string }
  | { kind: 'events'; project: string };

const PAGE = 500;
/** Commits within this time after one are one wake-up: many watchers of a busy run get few large frames. */
const BATCH_MS = 20;

export type LiveFeed = ReturnType<typeof openLiveFeed>;

/**
 * Streams of the log for viewers. Each subscriber has its own position and reads from the store, so that a slow one delays
 * nobody; a page that several come to is read once.
 */
export function openLiveFeed(store: Store) {
  const wakers = new Set<() => void>();
  let quiet = true;
  let waiting = false;
  const stop = store.onCommit(announce);
  const pages = createRecentPages();
  const inTurn = createTurns();
  /** Counts wake-ups: a page that was asked for before the last one may lack what that one was for. */
  let wakeUps = 0;

  /** The first commit after a quiet time wakes at once, those that follow soon wake together. */
  function announce(): void {
    if (!quiet) {
      waiting = true;
      return;
    }
    quiet = false;
    wakeUps += 1;
    for (const wake of wakers) wake();
    setTimeout(() => {
      quiet = true;
      if (!waiting) return;
      waiting = false;
      announce();
    }, BATCH_MS).unref();
  }

  /** Runs until `signal` is aborted: what is stored after the cursor first, then what comes. */
  async function follow(
    stream: StreamName,
    after: string | undefined,
    subscriber: Subscriber,
    signal: AbortSignal,
  ): Promise<void> {
    let position = await startPosition(stream, after, subscriber);
    let pending = true;
    let resume: (() => void) | undefined;
    const wake = () => {
      pending = true;
      resume?.();
    };
    wakers.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted) {
        if (!pending) {
          await new Promise<void>((resolve) => {
            resume = resolve;
          });
          continue;
        }
        pending = false;
        const reading = sharedPage(stream, position);
        const page = await reading.page;
        // A full page may have a successor; what comes after a short one wakes, unless that was before others read it.
        pending ||= page?.events.length === PAGE || reading.started < wakeUps;
        if (page === undefined || signal.aborted) continue;
        position = page.seq;
        await inTurn(() => subscriber.events(page.events));
      }
    } finally {
      wakers.delete(wake);
    }
  }

  async function startPosition(
    stream: StreamName,
    after: string | undefined,
    subscriber: Subscriber,
  ): Promise<number> {
    const head = stream.kind === 'log' ? 0 : await store.head();
    if (after === undefined) return stream.kind === 'events' ? head : 0;
    const match = /^([0-9a-f]+):(\d{1,16})$/.exec(after);
    const known =
      match !== null && match[1] === store.epoch && (stream.kind === 'log' || Number(match[2]) <= head);
    if (known) return Number(match[2]);
    // The cursor is of another epoch (restore, power loss) or not ours: what lies between is said to be unknown.
    subscriber.gap(after, `${store.epoch}:0`);
    return 0;
  }

  function sharedPage(stream: StreamName, after: number): Reading {
    const name = `${stream.kind}:${stream.kind === 'events' ? stream.project : stream.run}:${after}`;
    const known = pages.get(name);
    if (known) return known;
    const reading = { started: wakeUps, page: readPage(stream, after) };
    pages.add(name, reading);
    return reading;
  }

  async function readPage(stream: StreamName, after: number): Promise<FeedPage | undefined> {
    if (stream.kind === 'log') {
      const lines = await readLog(store.db, { run: stream.run, after, limit: PAGE });
      return pageOf(
        lines.map((line) => ({
          seq: line.seq,
          event: {
            cursor: `${store.epoch}:${line.seq}`,
            time: line.time,
            type: 'log',
            data: { level: line.level, text: line.text },
          },
        })),
      );
    }
    const filter = stream.kind === 'run' ? { run: stream.run } : { project: stream.project };
    const rows = await readEvents(store.db, { after, limit: PAGE, ...filter });
    return pageOf(
      rows.map((row) => {
        const { cursor, time, type, data, id, subject, run } = toEvent(row, store.epoch);
        return { seq: row.seq, event: { cursor, time, type, data: { ...data, id, subject, run } } };
      }),
    );
  }

  return {
    follow,
    close() {
      stop();
      pages.clear();
    },
  };
}

function pageOf(items: readonly { seq: number; event: LiveEvent }[]): FeedPage | undefined {
  const last = items.at(-1);
  return last && { seq: last.seq, events: items.map((item) => item.event) };
}
