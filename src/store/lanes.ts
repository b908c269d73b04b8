import type { Lane } from './store.ts';

const ORDER: readonly Lane[] = ['interactive', 'run', 'bulk'];

/** One at a time; who waits in a better lane goes first, within a lane in order of arrival. */
export function createLanes() {
  const waiting: Record<Lane, (() => void)[]> = { interactive: [], run: [], bulk: [] };
  let busy = false;

  function next(): void {
    const lane = ORDER.find((name) => waiting[name].length > 0);
    if (lane) waiting[lane].shift()?.();
    else busy = false;
  }

  return async function exclusive<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (busy) await new Promise<void>((resolve) => waiting[lane].push(resolve));
    busy = true;
    try {
      return await work();
    } finally {
      next();
    }
  };
}
