import { setImmediate } from 'node:timers/promises';

/** Longer than this without a turn of the event loop, and a cancel would not be heard in time. */
const TURN_MS = 40;

/** Lets the event loop run from time to time, so that back-pressure works and an abort is noticed. */
export function createPace(signal: AbortSignal): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < TURN_MS) return undefined;
    return setImmediate().then(() => {
      signal.throwIfAborted();
      last = performance.now();
    });
  };
}
