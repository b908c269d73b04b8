import { repeat } from '../../store/repeat.ts';
import type { Store } from '../../store/store.ts';
import { type JobParts, unattended, workOn } from './change-job.ts';
import { lookAtClock } from './clock.ts';

export interface LifecycleParts {
  store: Store;
  /** Of this process; it holds the leases. */
  worker: string;
  lives(worker: string): Promise<boolean>;
  comments: JobParts['comments'];
  /** Looks after what other processes left and what the clock brings; the command line does only what it began. */
  server: boolean;
  failed(error: unknown): void;
  clock?: () => number;
}

export interface Lifecycle {
  /** Works on a change in the background. */
  work(change: string): void;
  /** Where no server looks at the clock: once, before findings are shown. */
  catchUp(): Promise<void>;
  /** What is due and what nobody works on, now. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** At least so often the clock is looked at; what comes sooner is known. */
const LONGEST_MS = 60_000;
const GATHER_MS = 500;

/** Bulk changes, and everything about findings that happens because of the time. */
export function openLifecycle(parts: LifecycleParts): Lifecycle {
  const { store, worker, lives, comments, server, failed } = parts;
  const job = { store, worker, lives, comments };
  const clock = parts.clock ?? Date.now;
  const ending = new AbortController();
  const working = new Map<string, Promise<void>>();
  let caughtUp: Promise<void> | undefined;

  function begin(change: string): Promise<void> {
    const known = working.get(change);
    if (known) return known;
    const work = workOn(job, change, ending.signal)
      .catch(failed)
      .finally(() => working.delete(change));
    working.set(change, work);
    return work;
  }

  async function look(): Promise<number> {
    const changes = await unattended(job);
    for (const change of changes) void begin(change);
    const next = await lookAtClock(store, clock(), (change) => void begin(change));
    return Math.max(100, Math.min(LONGEST_MS, next - clock()));
  }

  const looking = server ? repeat(store, { look, gatherMs: () => GATHER_MS, onProblem: failed }) : undefined;

  return {
    // The one that is ending may have ended before what the caller means.
    work: (change) => void (working.get(change) ?? Promise.resolve()).then(() => begin(change)),
    async look() {
      await look();
      await Promise.all(working.values());
    },
    catchUp() {
      if (server) return Promise.resolve();
      caughtUp ??= lookAtClock(store, clock(), (change) => void begin(change)).then(() => undefined, failed);
      return caughtUp;
    },
    async close() {
      // A command began it and is at its end: nobody else may come for long.
      if (!server) await Promise.all(working.values());
      ending.abort();
      await looking?.close();
      await Promise.all(working.values());
      await release(store, worker).catch(failed);
    },
  };
}

/** What is not done yet is for whoever comes next, and not only when the lease is over. */
async function release(store: Store, worker: string): Promise<void> {
  const held = await store.db
    .selectFrom('change_set')
    .select('id')
    .where('ended', 'is', null)
    .where('worker', '=', worker)
    .executeTakeFirst();
  if (!held) return;
  await store.write({ lane: 'bulk' }, ({ tx }) =>
    tx
      .updateTable('change_set')
      .set({ worker: null, lease: null })
      .where('ended', 'is', null)
      .where('worker', '=', worker)
      .execute(),
  );
}
