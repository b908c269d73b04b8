/**
 * The server that the kill test ends: it starts the workflows of its seeds that are not there yet, plays the people and the world
 * around them, and dies where it was told to. What it says goes to its output, a JSON object a line.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openApp } from '../../../src/app.ts';
import { installCrashPoints } from '../../../src/lib/crash-point.ts';
import { OWNER, PROJECT } from '../../workflows/trigger-world.ts';
import { shiftedClock } from './clock.ts';
import { definitionFor, slugOf } from './definition.ts';
import { type Plan, planOf } from './plan.ts';

export interface VictimOrder {
  dataDir: string;
  databaseUrl?: string | undefined;
  trees: string;
  /** Which of them this process starts. */
  starts: number[];
  seeds: number[];
  /** The process ends at the first of these. */
  points: { seed: number; point: string; hit: number }[];
  clock: Plan['clock'];
  recoverMs: number;
  /** Ends in order when everything has ended. */
  finish: boolean;
}

const LOOK_MS = 25;

const order = JSON.parse(process.argv[2] ?? '') as VictimOrder;
const plans = new Map(order.seeds.map((seed) => [seed, planOf(seed)]));
if (order.clock) shiftedClock(order.clock);
armPoints();
say({ said: 'begun' });
const app = await openApp(
  {
    dataDir: order.dataDir,
    databaseUrl: order.databaseUrl,
    limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 3 },
    net: { userAgent: 'test', ratePerSecond: 50 },
  },
  {
    role: 'server',
    version: 'test',
    recoverMs: order.recoverMs,
    failed: (error) => say({ said: 'failed', error: words(error) }),
  },
);
say({ said: 'open' });
const { store, workflows } = app.services;
const cancelled = new Set<number>();
while (!(await tried(() => startAll()))) await sleep(LOOK_MS);
say({ said: 'all-started' });
for (;;) {
  await tried(() => playWorld());
  if (await tried(() => allEnded())) break;
  await sleep(LOOK_MS);
}
say({ said: 'all-ended' });
if (order.finish) {
  say({ said: 'check', result: await store.check() });
  await app.close();
  process.exit(0);
}

function armPoints(): void {
  const hits = new Map<string, number>();
  installCrashPoints((name) => {
    const hit = (hits.get(name) ?? 0) + 1;
    hits.set(name, hit);
    if (hit === 1) say({ said: 'reached', point: name });
    const due = order.points.find((one) => one.point === name && hit >= one.hit);
    if (!due) return;
    say({ said: 'killed', seed: due.seed, point: name });
    process.kill(process.pid, 'SIGKILL');
    // The signal ends the thread before the next line in practice; nothing may go on behind it.
    for (;;);
  });
}

async function startAll(): Promise<true> {
  const rows = await store.db
    .selectFrom('workflow_run')
    .select('trigger_id')
    .where('trigger_kind', '=', 'manual')
    .execute();
  const there = new Set(rows.map((row) => row.trigger_id));
  await Promise.all(
    [...plans.values()]
      .filter((plan) => order.starts.includes(plan.seed) && !there.has(`seed-${plan.seed}`))
      .map(async (plan) => {
        const { id } = await workflows.start({
          project: PROJECT,
          principal: OWNER,
          definition: definitionFor(plan, join(order.trees, String(plan.seed))),
          workflow: null,
          inputs: {},
          trigger: { kind: 'manual', id: `seed-${plan.seed}` },
        });
        say({ said: 'started', seed: plan.seed, id });
      }),
  );
  return true;
}

/** People who decide and cancel, and what else has to happen outside so that a run goes on. */
async function playWorld(): Promise<void> {
  const runs = await store.db
    .selectFrom('workflow_run')
    .select(['id', 'trigger_id', 'created', 'ended'])
    .where('trigger_kind', '=', 'manual')
    .where('ended', 'is', null)
    .execute();
  const planOfRun = new Map<string, Plan>();
  for (const run of runs) {
    const plan = plans.get(Number(run.trigger_id?.slice('seed-'.length)));
    if (plan) planOfRun.set(run.id, plan);
  }
  for (const run of runs) {
    const plan = planOfRun.get(run.id);
    if (plan?.cancelMs == null || cancelled.has(plan.seed) || Date.now() < run.created + plan.cancelMs)
      continue;
    cancelled.add(plan.seed);
    await cancelRun(run.id, plan.seed);
  }
  await decideAll(planOfRun);
  await letRetriesPass(planOfRun);
  await sendAwaitedEvents(planOfRun);
}

async function cancelRun(id: string, seed: number): Promise<void> {
  try {
    await workflows.cancel(id, { project: PROJECT });
  } catch (error) {
    // It has ended meanwhile.
    if ((error as { code?: string }).code !== 'run-not-active') throw error;
    return;
  }
  const row = await store.db
    .selectFrom('workflow_run')
    .select('failed')
    .where('id', '=', id)
    .executeTakeFirst();
  say({ said: 'cancelled', seed, failed: row?.failed ?? null });
}

async function decideAll(planOfRun: ReadonlyMap<string, Plan>): Promise<void> {
  const asked = await store.db
    .selectFrom('approval')
    .select(['id', 'run', 'step'])
    .where('status', '=', 'pending')
    .execute();
  for (const { id, run, step } of asked) {
    const plan = planOfRun.get(run);
    if (!plan) continue;
    const does = plannedSteps(plan).find((one) => one.name === step)?.does;
    const decision = { principal: OWNER, project: PROJECT, approve: does === 'approved', comment: null };
    try {
      const { status } = await workflows.decide(id, { ...decision, mayDecide: async () => true });
      say({ said: 'decided', approval: id, status });
    } catch (error) {
      // Somebody was faster, or the run was cancelled.
      if ((error as { code?: string }).code !== 'conflict') throw error;
    }
  }
}

/** What stands in the way of a step that is to be tried again goes away when the first attempt has failed. */
async function letRetriesPass(planOfRun: ReadonlyMap<string, Plan>): Promise<void> {
  const waiting = await store.db
    .selectFrom('workflow_step')
    .select(['run', 'name'])
    .where('waits_for', '=', 'retry')
    .execute();
  const slugs = waiting.flatMap(({ run, name }) => {
    const plan = planOfRun.get(run);
    const step = plan && plannedSteps(plan).find((one) => one.name === name);
    return step?.does === 'retried' ? [slugOf(plan?.seed ?? 0, name)] : [];
  });
  if (slugs.length === 0) return;
  await store.write({ lane: 'run' }, ({ tx }) =>
    tx.deleteFrom('project').where('slug', 'in', slugs).where('name', '=', 'in the way').execute(),
  );
}

async function sendAwaitedEvents(planOfRun: ReadonlyMap<string, Plan>): Promise<void> {
  const waiting = await store.db
    .selectFrom('workflow_step')
    .select('run')
    .where('waits_for', '=', 'event')
    .execute();
  if (!waiting.some(({ run }) => planOfRun.has(run))) return;
  await store.write({ lane: 'run' }, async ({ emit }) =>
    emit({
      type: 'scope.added',
      project: PROJECT,
      actor: OWNER,
      subject: 'scp_world',
      data: { kind: 'host', value: 'world.example.test' },
    }),
  );
}

async function allEnded(): Promise<boolean> {
  const open = await store.db
    .selectFrom('workflow_run')
    .select('id')
    .where('ended', 'is', null)
    .limit(1)
    .execute();
  const runs = await store.db.selectFrom('run').select('id').where('ended', 'is', null).limit(1).execute();
  const seeds = await store.db
    .selectFrom('workflow_run')
    .select((e) => e.fn.countAll().as('n'))
    .where('trigger_kind', '=', 'manual')
    .where(
      'trigger_id',
      'in',
      order.seeds.map((seed) => `seed-${seed}`),
    )
    .executeTakeFirst();
  return (
    open.length === 0 && runs.length === 0 && Number(seeds?.n) >= order.seeds.length && (await startedAll())
  );
}

/** Whatever schedules and triggers have to start was started. */
async function startedAll(): Promise<boolean> {
  const due = await store.db
    .selectFrom('schedule')
    .select('id')
    .where('due', '<=', Date.now() + 1_500)
    .limit(1)
    .execute();
  if (due.length > 0) return false;
  const decided = await store.db
    .selectFrom('event')
    .select((e) => e.fn.countAll().as('n'))
    .where('type', '=', 'approval.decided')
    .executeTakeFirst();
  const started = await store.db
    .selectFrom('workflow_run')
    .select((e) => e.fn.countAll().as('n'))
    .where('trigger_kind', '=', 'event')
    .executeTakeFirst();
  return Number(decided?.n) <= Number(started?.n);
}

function plannedSteps(plan: Plan) {
  return [...plan.steps, ...plan.onFailure, ...plan.finally];
}

/** A database that is being restarted answers again. */
async function tried<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    say({ said: 'tried', error: words(error) });
    if ((error as { code?: string }).code !== 'store-unavailable') throw error;
    return undefined;
  }
}

function words(error: unknown): string {
  const { code, message, stack } = error as { code?: string; message?: string; stack?: string };
  return `${code ?? ''} ${message ?? String(error)} ${stack?.split('\n').slice(1, 4).join(' ') ?? ''}`;
}

/** At once: a line that waits in memory dies with the process. */
function say(line: Record<string, unknown>): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
