import type { Engine } from '../engine/engine.ts';
import type { Role } from '../engine/instance.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { SentinelError } from '../lib/errors.ts';
import type { StoredEvent } from '../model/event.ts';
import { type WorkflowDefinition, type WorkflowRunStatus, workflowRunHasEnded } from '../model/workflow.ts';
import { withCause } from '../store/cause.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { type ApprovalDecision, decideApproval } from './engine/approvals.ts';
import { type Carried, createCarrying } from './engine/carrying.ts';
import { type Claimed, createClaim } from './engine/claim.ts';
import type { Core } from './engine/core.ts';
import { createDispatcher } from './engine/dispatch.ts';
import { dryRun } from './engine/dry-run.ts';
import { isAway } from './engine/facts-queue.ts';
import { createPrepare, type PrepareParts } from './engine/prepare.ts';
import { childrenToCancel, recoverSteps } from './engine/recover.ts';
import { fits, whereOf } from './engine/requirement.ts';
import { keptSteps, withOutputs } from './engine/rerun.ts';
import type { Started, StartOrder } from './engine/start.ts';
import { createTimers } from './engine/timers.ts';
import { waitingBefore } from './engine/waiting-before.ts';
import type { ScaleSettings } from './scale/scale.ts';
import { ended, type Outcome, passGate, stop } from './state/facts.ts';
import { entryOf, type RunState } from './state/run-state.ts';

export type { Started, StartOrder } from './engine/start.ts';
export type Workflows = Awaited<ReturnType<typeof openWorkflows>>;

export interface OperationOrder {
  operation: string;
  params: Record<string, unknown>;
  principal: string;
  token: string | null;
  project: string;
  /** The same for every try of one attempt: what it changed is not changed twice. */
  key: string;
  /** The run of the workflow. */
  run: string;
  /** As what the step was taken. */
  claim?: { step: string; item: number; fence: number };
}

export interface WorkflowOptions {
  store: Store;
  core: Core;
  engine: Engine;
  role: Role;
  /** Of this process as a worker. */
  labels: Readonly<Record<string, string>>;
  runOperation(order: OperationOrder): Promise<unknown>;
  mayRunTasks: PrepareParts['mayRunTasks'];
  failed(error: unknown): void;
  recoverMs?: number | undefined;
  /** Where several processes share the work of one PostgreSQL. */
  scale?: ScaleSettings | undefined;
}

type Also = (context: WriteContext, id: string) => Promise<void>;

const RECOVER_MS = 15_000;
const LOOK_SOON_MS = 50;

/** Runs workflows: starts them, does their steps in this process, and goes on with what a dead process left. */
export async function openWorkflows(options: WorkflowOptions) {
  const { store, core, engine } = options;
  const { change, facts } = core;
  /** The command line goes on with what it started or was told to take over, and leaves the rest wholly alone. */
  const own = options.role === 'cli' ? new Set<string>() : null;
  let timers: ReturnType<typeof createTimers> | undefined;
  /** Operations of steps that this process does now. */
  const atWork = new Set<string>();
  const suspects = new Set<string>();
  const carrying = createCarrying({ store, instance: engine.instance, role: options.role });

  const doing = {
    prepare: createPrepare({
      db: store.db,
      engine,
      mayRunTasks: options.mayRunTasks,
      failed: options.failed,
    }),
    claim: createClaim({ store, change, startInside, instance: engine.instance }),
    execute,
    labels: options.labels,
    failed: options.failed,
  };
  const scale = options.scale && (await openScaleWith(options.scale));
  const dispatcher = createDispatcher({
    ...doing,
    db: store.db,
    engine,
    peek: (ids) => core.states.peek(store.db, ids),
    only: own,
    takes: (requirement) => takesItself(requirement, options),
  });
  core.connect({
    wake,
    due: (time) => timers?.soon(time),
    cancel: (runs) => void cancelAll(runs).catch(options.failed),
  });
  const stopListening = store.onCommit(lookSoon);
  let soon: NodeJS.Timeout | undefined;
  let recovering: NodeJS.Timeout | undefined;
  if (options.role === 'server') {
    begin();
    await recover();
    recovering = setInterval(() => void recover().catch(options.failed), options.recoverMs ?? RECOVER_MS);
    recovering.unref();
  }

  async function openScaleWith(settings: ScaleSettings) {
    const { openScale } = await import('./scale/scale.ts');
    return openScale(settings, { ...doing, store, core, engine });
  }

  /** What became ready by a commit of this process is told by `wake`; another process may have made more. */
  function lookSoon(): void {
    soon ??= setTimeout(() => {
      soon = undefined;
      wake();
    }, LOOK_SOON_MS);
    soon.unref();
  }

  function wake(): void {
    dispatcher.wake();
    scale?.wake();
  }

  function begin(): void {
    timers ??= createTimers({ db: store.db, facts, only: own, failed: options.failed });
  }

  async function recover(): Promise<void> {
    await engine.recover();
    await recoverSteps({ db: store.db, facts, only: own, lives: engine.lives, isLost });
    const children = await childrenToCancel(store.db);
    await cancelAll(own ? children.filter((id) => own.has(id)) : children);
    wake();
  }

  async function execute(claimed: Claimed): Promise<void> {
    if (claimed.kind === 'task') {
      engine.adopt(claimed.row, claimed.checked);
      await engine.whenDone(claimed.row.id);
      return;
    }
    const key = `${claimed.run}:${claimed.step}:${claimed.item}:${claimed.fence}`;
    atWork.add(key);
    await executeOperation(claimed).finally(() => atWork.delete(key));
  }

  /** Ours by its row, and nobody here is at it: the answer to the commit that took it did not come. Seen twice, to be sure. */
  function isLost(instance: string, key: string): boolean {
    if (instance !== engine.instance || atWork.has(key)) return false;
    if (suspects.delete(key)) return true;
    suspects.add(key);
    return false;
  }

  async function executeOperation(claimed: Extract<Claimed, { kind: 'operation' }>): Promise<void> {
    const { run, step, item, fence, attempt } = claimed;
    const cause = { event: run, depth: claimed.depth };
    const order = {
      operation: claimed.operation,
      params: claimed.params,
      principal: claimed.principal,
      token: claimed.token,
      project: claimed.project,
      key: `${run}:${step}:${item}:${attempt}`,
      run,
      claim: { step, item, fence },
    };
    const outcome = await withCause(cause, () => operationOutcome(order));
    await facts.add(run, (state) => {
      const entry = entryOf(state, step, item);
      if (entry?.status === 'running' && entry.fence === fence)
        ended(state, entry, { outcome, now: Date.now() });
    });
  }

  async function operationOutcome(order: OperationOrder): Promise<Outcome> {
    try {
      crashPoint('operation.before');
      const output = (await options.runOperation(order)) ?? null;
      crashPoint('operation.after');
      return { status: 'done', output, error: null };
    } catch (error) {
      // The database went away under it: what it changed is noted with its key, so that it can be done again.
      if (isAway(error)) return { status: 'interrupted', error: null };
      if (error instanceof SentinelError)
        return { status: 'failed', error: { code: error.code, message: error.message } };
      options.failed(error);
      return { status: 'failed', error: { code: 'internal', message: 'The operation failed inside.' } };
    }
  }

  async function startInside(context: WriteContext, order: StartOrder): Promise<Started> {
    const started = await core.startInside(context, order);
    if ('id' in started && own) {
      carrying.mark(context, started.id);
      own.add(started.id);
      begin();
    }
    return started;
  }

  /** A run with which nobody goes on, and what it started, are those of this process from now on. */
  async function carryOn(run: { id: string } & Carried, also?: Also): Promise<void> {
    if (!own) throw new SentinelError('internal', 'Servers go on with every run as it is.');
    const taken = await store.write({ lane: 'interactive', label: 'workflow.carry' }, async (context) => {
      const ids = await carrying.takeOver(context, run);
      await also?.(context, run.id);
      return ids;
    });
    for (const id of taken) own.add(id);
    await recover();
    begin();
  }

  async function start(order: StartOrder, also?: Also): Promise<{ id: string; status: WorkflowRunStatus }> {
    const id = await store.write({ lane: 'interactive', label: 'workflow.start' }, async (context) => {
      const started = await startInside(context, order);
      if ('skipped' in started)
        throw new SentinelError(
          'not-possible-now',
          `${order.definition.name} was not started: ${started.skipped}`,
        );
      await also?.(context, started.id);
      return started.id;
    });
    return { id, status: 'queued' };
  }

  async function cancelAll(runs: readonly string[]): Promise<void> {
    for (const id of runs)
      await facts.add(id, (state) =>
        stop(state, { reason: 'cancelled', error: null, force: false, now: Date.now() }),
      );
  }

  async function cancel(
    id: string,
    by: { project: string; force?: boolean },
    also?: Also,
  ): Promise<WorkflowRunStatus> {
    return store.write({ lane: 'interactive', label: 'workflow.cancel' }, async (context) => {
      const [state] = await change(context, [id], (run) => {
        if (run.project !== by.project)
          throw new SentinelError('not-found', `There is no workflow run ${id}.`);
        if (workflowRunHasEnded(run.status))
          throw new SentinelError('run-not-active', `The run ${id} has ended already (${run.status}).`);
        stop(run, { reason: 'cancelled', error: null, force: by.force ?? false, now: Date.now() });
      });
      await also?.(context, id);
      return (state as RunState).status;
    });
  }

  /** A new run that keeps what went well, from `fromStep` on or where it failed; all of it anew with `whole`. */
  async function rerun(
    id: string,
    order: {
      principal: string;
      token: string | null;
      project: string;
      fromStep?: string;
      whole?: boolean;
      inputs?: Record<string, unknown>;
    },
    also?: Also,
  ): Promise<{ id: string; status: WorkflowRunStatus }> {
    const [state] = await core.states.peek(store.db, [id]);
    if (state?.project !== order.project)
      throw new SentinelError('not-found', `There is no workflow run ${id}.`);
    if (!workflowRunHasEnded(state.status))
      throw new SentinelError(
        'not-possible-now',
        (await carrierOf(id)) === 'nobody'
          ? `The run ${id} has not ended (${state.status}), and no process goes on with it: 'sentinelx workflow resume ${id}' does, 'sentinelx workflow cancel ${id}' ends it.`
          : `The run ${id} is still at work (${state.status}): cancel it first.`,
      );
    const kept = order.whole
      ? { keep: new Map(), keepItems: new Map() }
      : keptSteps(state, order.fromStep ?? null);
    if (order.fromStep === undefined && !order.whole && kept.keep.size === state.definition.steps.length)
      throw new SentinelError(
        'not-possible-now',
        `Every step of ${id} went well: name a step to run again from, or replay it.`,
      );
    await putOutputsBack(id, kept);
    return start(
      {
        project: state.project,
        principal: order.principal,
        token: order.token,
        definition: state.definition,
        workflow: state.workflow === null ? null : { id: state.workflow, revision: state.revision ?? 0 },
        inputs: { ...state.inputs, ...order.inputs },
        trigger: { kind: 'rerun', id, data: state.trigger.data },
        samples: state.samples,
        priority: state.priority,
        rerunOf: { run: id, from: order.fromStep ?? null, ...kept },
      },
      also,
    );
  }

  async function carrierOf(id: string) {
    const row = await store.db
      .selectFrom('workflow_run')
      .select('carrier')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return carrying.carrierOf(row);
  }

  async function putOutputsBack(id: string, kept: ReturnType<typeof keptSteps>): Promise<void> {
    const rows = await store.db
      .selectFrom('workflow_step')
      .select(['name', 'item', 'output'])
      .where('run', '=', id)
      .where('output', 'is not', null)
      .execute();
    const outputs = new Map(rows.map((row) => [`${row.name}:${row.item}`, row.output]));
    withOutputs([...kept.keep.values(), ...[...kept.keepItems.values()].flat()], outputs);
  }

  /** Steps that wait for this event go on. In the transaction of the reader, which stores its cursor there. */
  async function deliverEvent(
    context: WriteContext,
    event: StoredEvent,
    matches: (query: string, event: StoredEvent) => boolean,
  ): Promise<void> {
    const waiting = await context.tx
      .selectFrom('workflow_step')
      .select(['run', 'name', 'item'])
      .where('event_type', '=', event.type)
      .where('project', '=', event.project)
      .execute();
    const runs = [...new Set(waiting.map((step) => step.run))];
    const before = new Set<string>();
    for (const run of runs)
      for (const step of await waitingBefore(context, run, event)) before.add(`${run} ${step}`);
    if (before.size === 0) return;
    await change(context, runs, (state) => {
      for (const step of state.definition[state.section === 'held' ? 'steps' : state.section]) {
        const entry = state.steps.get(step.name);
        if (entry?.waitsFor !== 'event' || step.wait?.event?.type !== event.type) continue;
        if (!before.has(`${state.id} ${step.name}`)) continue;
        const { query } = step.wait.event;
        if (query !== null && !matches(query, event)) continue;
        passGate(state, entry, { gate: 1, output: { id: event.id, type: event.type, ...event.data } });
      }
    });
  }

  return {
    start,
    startInside,
    cancel,
    rerun,
    deliverEvent,
    carrierOf: carrying.carrierOf,
    rootOf: carrying.rootOf,
    carryOn,
    /** Whether this process would do such a step itself. */
    takesHere: (requirement: string) =>
      own !== null && fits(requirement, options.labels) && takesItself(requirement, options),
    decide: (id: string, decision: ApprovalDecision, also?: (context: WriteContext) => Promise<void>) =>
      decideApproval({ store, change }, id, { decision, also }),
    dryRun: (
      definition: WorkflowDefinition,
      order: { inputs: Record<string, unknown>; principal: string; project: string },
    ) => dryRun(engine, definition, order),
    wake,
    /** Undefined: steps go through no queue. */
    queueUp: scale?.up,
    /** Undefined: workers of other networks cannot join. */
    remoteWorkers: scale?.remote,
    /** Steps that this process has from the queues. */
    activeSteps: () => scale?.active() ?? 0,
    /** For the command line, which waits for what it started. */
    async whenEnded(id: string): Promise<WorkflowRunStatus> {
      for (;;) {
        const row = await store.db
          .selectFrom('workflow_run')
          .select('status')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        const status = row.status as WorkflowRunStatus;
        if (workflowRunHasEnded(status)) return status;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    /** Before the engine closes: nothing new is taken. */
    async stopTaking(): Promise<void> {
      clearInterval(recovering);
      stopListening();
      clearTimeout(soon);
      await scale?.stop();
      await dispatcher.close();
      await timers?.close();
    },
    async close(): Promise<void> {
      await scale?.close();
      await facts.close();
    },
  };
}

/** Where several processes share the work, a server does what takes no place of a worker; the rest goes through queues. */
function takesItself(requirement: string, { scale, role }: Pick<WorkflowOptions, 'scale' | 'role'>): boolean {
  if (scale === undefined) return true;
  if (role !== 'server') return false;
  return whereOf(requirement) === 'inside' || (requirement === 'pooled' && scale.places > 0);
}
