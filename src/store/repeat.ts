import type { Store } from './store.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

export interface Repeat {
  /** Looks now, or once more when it is at it; resolves when that look is over. */
  now(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Looks again and again, one look at a time: when the last look said, when something was committed (several commits within
 * `gatherMs` are one), and after a failure with growing pauses.
 */
export function repeat(
  store: Store,
  {
    look,
    gatherMs,
    onProblem,
  }: {
    /** Gives the milliseconds after which to look again; null: only when something is committed. */
    look: () => Promise<number | null>;
    gatherMs: () => number;
    onProblem: (error: unknown) => void;
  },
): Repeat {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let at = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;
  let again = false;
  let failures = 0;
  const stop = store.onCommit(() => schedule(gatherMs()));
  schedule(0);

  function schedule(delay: number): void {
    if (closed) return;
    if (running) {
      again = true;
      return;
    }
    const wanted = performance.now() + delay;
    if (wanted >= at) return;
    clearTimeout(timer);
    at = wanted;
    timer = setTimeout(() => void run(), delay);
    timer.unref();
  }

  function run(): Promise<void> {
    if (running) return running;
    clearTimeout(timer);
    at = Number.POSITIVE_INFINITY;
    again = false;
    running = once().then((delay) => {
      running = undefined;
      if (delay !== null) schedule(delay);
      if (again && failures === 0) schedule(gatherMs());
    });
    return running;
  }

  async function once(): Promise<number | null> {
    try {
      const delay = await look();
      failures = 0;
      return delay;
    } catch (error) {
      if (!closed) onProblem(error);
      failures += 1;
      return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
    }
  }

  return {
    async now() {
      // What is under way may have begun before what the caller means.
      await running;
      await run();
    },
    async close() {
      closed = true;
      stop();
      clearTimeout(timer);
      await running;
    },
  };
}
