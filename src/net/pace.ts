import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Waits for a free place and for the host's turn, runs the work and frees the place. */
  run<T>(host: string, work: () => Promise<T>): Promise<T>;
}

/** At most `maxConcurrent` at once over all hosts, and starts on one host at least `1 / ratePerSecond` seconds apart. */
export function createPace(options: {
  ratePerSecond: number;
  maxConcurrent: number;
  signal: AbortSignal;
}): Pace {
  const gap = 1000 / options.ratePerSecond;
  const nextStart = new Map<string, number>();
  const waiting: (() => void)[] = [];
  let active = 0;

  async function enter(): Promise<void> {
    if (active < options.maxConcurrent) active += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    // The place goes straight to the next one: `active` does not change.
    if (next) next();
    else active -= 1;
  }

  async function turn(host: string): Promise<void> {
    const now = Date.now();
    const start = Math.max(now, nextStart.get(host) ?? 0);
    nextStart.set(host, start + gap);
    if (start > now) await sleep(start - now, undefined, { signal: options.signal });
  }

  return {
    async run(host, work) {
      await enter();
      try {
        options.signal.throwIfAborted();
        await turn(host);
        return await work();
      } finally {
        leave();
      }
    },
  };
}
