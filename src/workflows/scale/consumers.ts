import { type Kysely, sql } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { Where } from '../engine/activate.ts';
import type { Claimed } from '../engine/claim.ts';
import { PLACES } from '../engine/dispatch.ts';
import { type ReadyStep, requirementsReady } from '../engine/ready-steps.ts';
import { fits, whereOf } from '../engine/requirement.ts';
import type { Consumer, JobQueues, Verdict } from './job-queues.ts';
import { membersAlive } from './members.ts';
import type { JobTask, StepJob } from './step-job.ts';

/** Steps with labels have a queue each: this process looks which there are. */
const LOOK_MS = 1_000;
/** A queue without a step for so long is left alone until there is one again. */
const IDLE_MS = 600_000;
/** A process with an older release waits so long for a newer one to take a step before it looks whether there is any. */
const PATIENCE_MS = 5_000;
/** There from the start. */
const USUAL = ['pooled', 'process'];

/** Takes the steps out of the queues whose requirement this process meets, as far as it has places for them. */
export function createConsumers(parts: {
  store: Store;
  freePlaces(): number;
  /** Of a worker that is reached over the network; undefined: this process. */
  remote?: { connected(): boolean } | undefined;
  /** Of a task; null: it is not there. */
  versionOf(task: string): Promise<number | null>;
  queues: JobQueues;
  take(pick: ReadyStep): Promise<Claimed | null>;
  execute(claimed: Claimed): Promise<void>;
  labels: Readonly<Record<string, string>>;
  /** Steps with a process of their own at a time. */
  places: number;
  deadMs: number;
  failed(error: unknown): void;
}) {
  const { store, queues, freePlaces } = parts;
  const { db } = store;
  const open = new Map<string, { consumer: Consumer; seen: number }>();
  /** Taken from the queue, and not yet at a place of the engine. */
  let arriving = 0;
  let stopped = false;
  let looking: Promise<void> | undefined;
  for (const requirement of USUAL) begin(requirement);
  const timer = setInterval(soon, LOOK_MS);
  timer.unref();

  function soon(): void {
    if (looking) return;
    looking = look()
      .catch(parts.failed)
      .finally(() => {
        looking = undefined;
      });
  }

  async function look(): Promise<void> {
    goOn();
    const now = Date.now();
    for (const requirement of [...(await requirementsReady(db)), ...(await requirementsQueued(db))]) {
      if (whereOf(requirement) === 'inside' || !fits(requirement, parts.labels)) continue;
      begin(requirement);
      const known = open.get(requirement);
      if (known) known.seen = now;
    }
    for (const [requirement, { consumer, seen }] of open) {
      if (USUAL.includes(requirement) || now - seen < IDLE_MS || consumer.active() > 0) continue;
      open.delete(requirement);
      await consumer.close();
    }
  }

  function begin(requirement: string): void {
    if (stopped || open.has(requirement)) return;
    const own = whereOf(requirement) === 'process';
    const consumer = queues.consume(requirement, {
      places: own ? parts.places : PLACES.pooled,
      work: (job, age) => work(requirement, job, age),
    });
    open.set(requirement, { consumer, seen: Date.now() });
  }

  async function work(requirement: string, job: StepJob, age: number): Promise<Verdict> {
    if (stopped) return 'no-room';
    const own = whereOf(requirement) === 'process';
    if (parts.remote?.connected() === false) return noRoom('pooled', 'process');
    if (own && freePlaces() <= arriving) return noRoom('process');
    const begun = await arrive(own, async () => {
      if (!(await mayTake(job.task, age))) return 'not-here';
      const claimed = await parts.take(job);
      return claimed && { end: parts.execute(claimed) };
    });
    if (begun === 'not-here') return 'not-here';
    await begun?.end;
    return 'done';
  }

  function noRoom(...where: Where[]): Verdict {
    for (const [text, { consumer }] of open) if (where.includes(whereOf(text))) consumer.pause();
    return 'no-room';
  }

  /** From here to its place in the engine a step counts as arriving. */
  async function arrive<T>(own: boolean, take: () => Promise<T>): Promise<T> {
    if (own) arriving += 1;
    try {
      return await take();
    } finally {
      if (own) arriving -= 1;
    }
  }

  /** While an older and a newer release run side by side, a step is done by who has its task in that version or a later one. */
  async function mayTake(task: JobTask, age: number): Promise<boolean> {
    if (task === null) return true;
    const here = await parts.versionOf(task.id);
    if (here !== null && here >= task.version) return true;
    // Here what nobody has fails, and says so; over there it could not even be begun.
    if (age < PATIENCE_MS || parts.remote) return false;
    const others = await membersAlive(store, parts.deadMs);
    return !others.some((member) => member.places > 0 && (member.tasks[task.id] ?? -1) >= task.version);
  }

  function goOn(): void {
    if (stopped || parts.remote?.connected() === false || freePlaces() <= arriving) return;
    for (const { consumer } of open.values()) consumer.resume();
  }

  return {
    /** A place may be free. */
    wake: goOn,
    active: () => [...open.values()].reduce((sum, { consumer }) => sum + consumer.active(), 0),
    /** Stops, and gives back what it holds in the queues. */
    async close(): Promise<void> {
      this.stop();
      await Promise.all([...open.values()].map(({ consumer }) => consumer.close()));
    },
    /** Takes nothing new. */
    stop(): void {
      stopped = true;
      clearInterval(timer);
      for (const { consumer } of open.values()) consumer.pause();
    },
  };
}

async function requirementsQueued(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ requirement: string }>`
    select distinct requirement from workflow_step where status = 'queued' and instance is null`.execute(db);
  return rows.map((row) => row.requirement);
}
