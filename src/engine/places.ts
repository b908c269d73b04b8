/**
 * Which runs this process is at. Runs with a process of their own take a place each; those without (`light`) do not. Runs that
 * people started wait here in their order; steps of workflows are offered what is free.
 */
export function createPlaces(options: {
  places: number;
  /** Does a run that waited here. */
  execute(id: string, signal: AbortSignal): Promise<void>;
  /** Something broke around a run. */
  abandon(id: string, cause: unknown): Promise<void>;
  /** A place is free and nobody waits here. */
  free?: (() => void) | undefined;
}) {
  const active = new Map<string, AbortController>();
  const ends = new Map<string, Promise<void>>();
  const queue: string[] = [];
  let busy = 0;
  let steps = 0;
  let closing = false;

  function pump(): void {
    while (!closing && busy < options.places) {
      const id = queue.shift();
      if (id === undefined) break;
      follow(id, { light: false, work: (signal) => options.execute(id, signal) });
    }
    if (!closing) options.free?.();
  }

  function follow(
    id: string,
    { light, work }: { light: boolean; work: (signal: AbortSignal) => Promise<void> },
  ): void {
    const cancel = new AbortController();
    active.set(id, cancel);
    if (!light) busy += 1;
    const end = work(cancel.signal)
      .catch((error: unknown) => options.abandon(id, error))
      .finally(() => {
        active.delete(id);
        ends.delete(id);
        if (!light) busy -= 1;
        pump();
      });
    ends.set(id, end);
  }

  return {
    enqueue(id: string): void {
      queue.push(id);
      pump();
    },
    /** Does the run of a step at once. */
    adopt(
      id: string,
      { light, work }: { light: boolean; work: (signal: AbortSignal) => Promise<void> },
    ): void {
      if (!light) steps += 1;
      follow(id, {
        light,
        work: (signal) =>
          work(signal).finally(() => {
            if (!light) steps -= 1;
          }),
      });
    },
    /** What steps may take: runs that people started by themselves keep half of the places when they wait. */
    freePlaces(): number {
      if (closing) return 0;
      const free = options.places - busy;
      return queue.length === 0 ? free : Math.min(free, Math.ceil(options.places / 2) - steps);
    },
    abort: (id: string) => active.get(id)?.abort(),
    ended: (id: string) => ends.get(id),
    /** It is at that run, or has it in its queue. */
    has: (id: string) => active.has(id) || queue.includes(id),
    closing: () => closing,
    active: () => active.size,
    queued: () => queue.length,
    /** Ends what runs and takes nothing more. */
    async close(): Promise<void> {
      closing = true;
      for (const cancel of active.values()) cancel.abort();
      await Promise.all(ends.values());
    },
  };
}
