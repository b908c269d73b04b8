import type { Lane } from './store.ts';

const ORDER: readonly Lane[] = ['interactive', 'run', 'bulk'];

/** `width` at a time; who waits in a better lane goes first, within a lane in order of arrival. */
export function createLanes(width = 1) {
  const waiting: Record<Lane, (() => void)[]> = { interactive: [], run: [], bulk: [] };
  let busy = 0;

  /** Hands the place on to who waits, so that nobody who comes later gets in between. */
  function leave(): void {
    const lane = ORDER.find((name) => waiting[name].length > 0);
    if (lane) waiting[lane].shift()?.();
    else busy--;
  }

  return async function exclusive<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (busy < width) busy++;
    else await new Promise<void>((resolve) => waiting[lane].push(resolve));
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
