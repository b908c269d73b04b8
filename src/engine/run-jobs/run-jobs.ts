import type { Permission } from '../../model/permission.ts';
import { repeat } from '../../store/repeat.ts';
import type { Store } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import type { Principal } from '../new-run.ts';
import { type RunJobParts, unattendedJobs, workOnJob } from './work-on-job.ts';

export interface RunJobs {
  /** Works on a job in the background. */
  work(job: string): void;
  close(): Promise<void>;
}

/** How often a server looks for what a process that died has left, when nothing is committed. */
const LOOK_MS = 30_000;
const GATHER_MS = 2_000;

/** Cancels and repeats many runs, behind the answer to whoever asked for it. */
export function openRunJobs(options: {
  store: Store;
  engine: Pick<Engine, 'cancel' | 'rerun' | 'instance' | 'lives'>;
  /** For whom a job works, with what that one may do now; throws `forbidden`. */
  callerOf(job: {
    principal: string;
    token: string | null;
    project: string;
    needs: Permission;
  }): Promise<Principal>;
  /** Looks after what other processes left; the command line does only what it began. */
  server: boolean;
  failed(error: unknown): void;
}): RunJobs {
  const { store, engine, callerOf, server, failed } = options;
  const parts: RunJobParts = { store, engine, callerOf, worker: engine.instance };
  const ending = new AbortController();
  const working = new Map<string, Promise<void>>();

  function begin(job: string): Promise<void> {
    const known = working.get(job);
    if (known) return known;
    const work = workOnJob(parts, job, ending.signal)
      .catch(failed)
      .finally(() => working.delete(job));
    working.set(job, work);
    return work;
  }

  async function look(): Promise<number> {
    for (const job of await unattendedJobs(parts)) void begin(job);
    return LOOK_MS;
  }

  const looking = server ? repeat(store, { look, gatherMs: () => GATHER_MS, onProblem: failed }) : undefined;
  return {
    work: (job) => void begin(job),
    async close() {
      // A command began it and is at its end: nobody else may come for long.
      if (!server) await Promise.all(working.values());
      ending.abort();
      await looking?.close();
      await Promise.all(working.values());
    },
  };
}
