import { sql } from 'kysely';
import type { Catalogue } from '../../engine/catalogue.ts';
import { crashPoint } from '../../lib/crash-point.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import type { Change } from '../engine/change.ts';
import { pickReady, type ReadyStep, requirementsReady } from '../engine/ready-steps.ts';
import { whereOf } from '../engine/requirement.ts';
import { queue } from '../state/facts.ts';
import { entryOf } from '../state/run-state.ts';
import type { JobQueues } from './job-queues.ts';
import { membersAlive } from './members.ts';
import { queuedSteps } from './queued-steps.ts';
import { type StepJob, stepJob } from './step-job.ts';
import { taskOf } from './versions.ts';

/** One server at a time fills the queues: more would only be in each other's way. */
const LOCK = 7358210;
const LOOK_AGAIN_MS = 1_000;
const BUSY_MS = 10;
/** Steps that one transaction hands over. */
const BATCH = 200;

type Job = { job: StepJob; priority: number };

/**
 * Hands ready steps over to the queues, the projects in turn and by priority, and only as many as keep the workers busy: so the order
 * stays ours. A step is marked first and added then; the sweep adds what this process did not come to.
 */
export function createFeeder(parts: {
  store: Store;
  change: Change;
  catalogue: Catalogue;
  queues: JobQueues;
  /** Steps of one queue that nobody has taken yet. */
  backlog: number;
  deadMs: number;
  /** This server takes steps itself. */
  placesHere: boolean;
  failed(error: unknown): void;
}) {
  const { store, queues } = parts;
  let wanted = false;
  let feeding: Promise<void> | undefined;
  let closing = false;
  let turn = 0;
  let looked = 0;
  let anyWorker = false;
  const timer = setInterval(wake, LOOK_AGAIN_MS);
  timer.unref();

  function wake(): void {
    wanted = true;
    if (closing || feeding) return;
    feeding = feed()
      .catch((error: unknown) => {
        if (!(error instanceof SentinelError && error.code === 'queue-unavailable')) parts.failed(error);
      })
      .finally(() => {
        feeding = undefined;
        if (wanted && !closing) setImmediate(wake);
      });
  }

  async function feed(): Promise<void> {
    while (wanted && !closing) {
      wanted = false;
      // Without the queue they stay ready: nothing is lost, and they are first when it is back.
      if (!queues.up()) return;
      const ready = await forQueues(await requirementsReady(store.db));
      if (ready.length === 0) return;
      const jobs = await store.write({ lane: 'run', label: 'workflow.queue' }, (context) =>
        hand(context, ready),
      );
      if (jobs === 'busy') {
        wanted = true;
        await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
        continue;
      }
      crashPoint('queue.add.before');
      await Promise.all([...jobs].map(([requirement, list]) => queues.add(requirement, list)));
      crashPoint('queue.add.after');
      if (jobs.size > 0) wanted = true;
    }
  }

  /**
   * A task without powers takes a millisecond in a process that waits: a server does it itself in less than the queue takes, unless
   * there are workers to share with, or the step asks for one of them.
   */
  async function forQueues(ready: readonly string[]): Promise<string[]> {
    const own = new Set<string>(parts.placesHere && !(await workers()) ? ['pooled'] : []);
    return ready.filter((text) => !own.has(text) && whereOf(text) !== 'inside');
  }

  async function workers(): Promise<boolean> {
    if (Date.now() - looked > LOOK_AGAIN_MS) {
      looked = Date.now();
      const members = await membersAlive(store, parts.deadMs);
      anyWorker = members.some(({ role, places }) => role === 'worker' && places > 0);
    }
    return anyWorker;
  }

  async function hand(
    context: WriteContext,
    requirements: readonly string[],
  ): Promise<Map<string, Job[]> | 'busy'> {
    const { rows } = await sql<{ free: boolean }>`select pg_try_advisory_xact_lock(${LOCK}) as free`.execute(
      context.tx,
    );
    if (!rows[0]?.free) return 'busy';
    const waiting = new Map<string, number>();
    for (const { requirement } of await queuedSteps(context.tx))
      waiting.set(requirement, (waiting.get(requirement) ?? 0) + 1);
    const picks: (ReadyStep & { requirement: string })[] = [];
    for (const requirement of requirements) {
      const limit = Math.min(BATCH - picks.length, parts.backlog - (waiting.get(requirement) ?? 0));
      if (limit <= 0) continue;
      turn += 1;
      const picked = await pickReady(context.tx, { requirement, limit, turn, only: null });
      picks.push(...picked.map((pick) => ({ ...pick, requirement })));
    }
    return picks.length === 0 ? new Map() : mark(context, picks);
  }

  async function mark(
    context: WriteContext,
    picks: readonly (ReadyStep & { requirement: string })[],
  ): Promise<Map<string, Job[]>> {
    const jobs = new Map<string, Job[]>();
    const now = Date.now();
    const inOrder = new Map<ReadyStep, Job>();
    await parts.change(context, [...new Set(picks.map((pick) => pick.run))], async (state) => {
      for (const pick of picks) {
        if (pick.run !== state.id) continue;
        const entry = entryOf(state, pick.name, pick.item);
        if (entry?.status !== 'ready' || entry.fence !== pick.fence) continue;
        queue(state, entry, now);
        const task = await taskOf(parts.catalogue, state, entry);
        inOrder.set(pick, {
          job: stepJob({ ...pick, fence: entry.fence }, task),
          priority: state.priority,
        });
      }
    });
    // As they were picked, and not by run: that is what is fair.
    for (const pick of picks) {
      const job = inOrder.get(pick);
      if (job) jobs.set(pick.requirement, [...(jobs.get(pick.requirement) ?? []), job]);
    }
    return jobs;
  }

  return {
    wake,
    async close(): Promise<void> {
      closing = true;
      clearInterval(timer);
      await feeding;
    },
  };
}
