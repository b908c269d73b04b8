import type { Kysely } from 'kysely';
import type { Catalogue } from '../../engine/catalogue.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { Database } from '../../store/schema.ts';
import { entryOf, type RunState } from '../state/run-state.ts';
import type { JobQueues } from './job-queues.ts';
import { type QueuedStep, queuedSteps } from './queued-steps.ts';
import { jobId, type StepJob, stepJob } from './step-job.ts';
import { taskOf } from './versions.ts';

const EVERY_MS = 2_000;

/**
 * Adds the jobs of steps that are queued and that the queue may not have: it was emptied, it restarted and kept nothing (as Debian's
 * Redis does), a job failed, or the process died that should have added it. A job that is there is not added twice.
 */
export function createSweep(parts: {
  db: Kysely<Database>;
  catalogue: Catalogue;
  queues: JobQueues;
  peek(ids: readonly string[]): Promise<RunState[]>;
  failed(error: unknown): void;
}) {
  let working: Promise<void> | undefined;
  let wanted: 'old' | 'all' | undefined;
  let closing = false;
  /** Those that were there the last time: what came since is being added by who handed it over. */
  let before = new Set<string>();
  const timer = setInterval(() => soon('old'), EVERY_MS);
  timer.unref();

  function soon(which: 'old' | 'all'): void {
    if (wanted !== 'all') wanted = which;
    if (closing || working) return;
    working = sweep()
      .catch((error: unknown) => {
        if (!(error instanceof SentinelError && error.code === 'queue-unavailable')) parts.failed(error);
      })
      .finally(() => {
        working = undefined;
        if (wanted) soon(wanted);
      });
  }

  async function sweep(): Promise<void> {
    const all = wanted === 'all';
    wanted = undefined;
    const steps = await queuedSteps(parts.db);
    const old = steps.filter((step) => all || before.has(jobId(step)));
    before = new Set(steps.map(jobId));
    if (old.length === 0) return;
    for (const [requirement, list] of await jobsOf(old)) await parts.queues.add(requirement, list);
  }

  async function jobsOf(
    steps: readonly QueuedStep[],
  ): Promise<Map<string, { job: StepJob; priority: number }[]>> {
    const states = new Map(
      (await parts.peek([...new Set(steps.map((step) => step.run))])).map((state) => [state.id, state]),
    );
    const jobs = new Map<string, { job: StepJob; priority: number }[]>();
    for (const step of steps) {
      const state = states.get(step.run);
      const entry = state && entryOf(state, step.name, step.item);
      if (!state || entry?.fence !== step.fence) continue;
      const job = stepJob(step, await taskOf(parts.catalogue, state, entry));
      jobs.set(step.requirement, [...(jobs.get(step.requirement) ?? []), { job, priority: step.priority }]);
    }
    return jobs;
  }

  return {
    /** The queue is there again, perhaps empty. */
    now: () => soon('all'),
    async close(): Promise<void> {
      closing = true;
      clearInterval(timer);
      await working;
    },
  };
}
