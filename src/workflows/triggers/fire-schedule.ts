import {
  type ScheduleSpec,
  type WorkflowDefinition,
  type WorkflowRunStatus,
  workflowRunHasEnded,
} from '../../model/workflow.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { attempt, isRefusal } from './attempt.ts';
import { type CurrentWorkflow, currentWorkflow } from './current-workflow.ts';
import { type DuePlan, planDue } from './due.ts';
import { findSchedule, pauseSchedule, type ScheduleRow, specOf } from './schedule-rows.ts';
import type { MayRun, Starter } from './starter.ts';
import { triggerInputs } from './trigger-inputs.ts';

export interface FireParts {
  store: Store;
  starter: Starter;
  mayRun: MayRun;
}

const ACTOR = 'system';

/**
 * Does what this schedule has to do at `now`: moves `due` on and starts its runs in one transaction, so that a time is done
 * once, whichever servers look and whenever one of them dies. Says how many runs were started.
 */
export async function fireSchedule(
  { store, starter, mayRun }: FireParts,
  row: ScheduleRow,
  now: number,
): Promise<number> {
  const { due } = row;
  if (due === null || due > now) return 0;
  const spec = specOf(row);
  const planned = planOrReason(row, spec, now);
  if (typeof planned === 'string') {
    await pauseUnreadable(store, row, { now, note: planned });
    return 0;
  }
  const plan = planned;
  // Of several at once, each would end the one before it.
  if (spec.overlap === 'cancel') plan.fire.splice(0, plan.fire.length - 1);
  const refusal = await mayRun(row.principal, row.project);
  if (refusal === null && spec.overlap === 'cancel' && plan.fire.length > 0)
    await cancelLast(store, starter, row);
  const started = await store.write({ lane: 'run', label: 'schedule.fire' }, async (context) => {
    const { numUpdatedRows } = await context.tx
      .updateTable('schedule')
      .set({ due: plan.due, ...(plan.fire.length > 0 && { last_due: plan.fire.at(-1) ?? null }) })
      .where('id', '=', row.id)
      .where('due', '=', due)
      .executeTakeFirst();
    // Another server was faster, or somebody changed or paused it.
    if (numUpdatedRows === 0n) return 0;
    tellMissed(context, row, plan);
    if (refusal !== null) {
      await pauseSchedule(context, row, { actor: ACTOR, now, note: refusal });
      return 0;
    }
    return startAll(context, starter, { row, plan, now });
  });
  if (started > 0) starter.wake();
  return started;
}

/** What could be read when it was saved may not be readable by a later release. */
function planOrReason(row: ScheduleRow, spec: ScheduleSpec, now: number): DuePlan | string {
  try {
    return planDue({ id: row.id, spec }, row.due ?? now, now);
  } catch (error) {
    if (isRefusal(error)) return error.message;
    throw error;
  }
}

async function pauseUnreadable(
  store: Store,
  row: ScheduleRow,
  { now, note }: { now: number; note: string },
): Promise<void> {
  await store.write({ lane: 'run' }, async (context) => {
    const current = await findSchedule(context.tx, row);
    if (current && current.due === row.due && current.spec === row.spec)
      await pauseSchedule(context, current, { actor: ACTOR, now, note });
  });
}

async function startAll(
  context: WriteContext,
  starter: Starter,
  { row, plan, now }: { row: ScheduleRow; plan: DuePlan; now: number },
): Promise<number> {
  const workflow = await currentWorkflow(context.tx, row.workflow);
  if (!workflow) {
    await pauseSchedule(context, row, { actor: ACTOR, now, note: 'Its workflow was removed.' });
    return 0;
  }
  let last = row.last_run;
  let count = 0;
  for (const time of plan.fire) {
    const result = await startOne(context, starter, { row, workflow, time, last });
    if ('refused' in result) {
      await pauseSchedule(context, row, { actor: ACTOR, now, note: result.refused.message });
      break;
    }
    if ('skipped' in result.value) {
      tellSkipped(context, row, result.value.skipped);
      continue;
    }
    last = result.value.id;
    count += 1;
  }
  if (count > 0)
    await context.tx.updateTable('schedule').set({ last_run: last }).where('id', '=', row.id).execute();
  return count;
}

async function startOne(
  context: WriteContext,
  starter: Starter,
  {
    row,
    workflow,
    time,
    last,
  }: { row: ScheduleRow; workflow: CurrentWorkflow; time: number; last: string | null },
) {
  const { overlap, inputs } = specOf(row);
  if (overlap === 'skip' && (await isAtWork(context.tx, last)))
    return { value: { skipped: `The run before it, ${last}, is still at work.` } };
  const about = { name: row.name, time: new Date(time).toISOString() };
  return attempt(context, async (inner) =>
    starter.startInside(inner, {
      project: row.project,
      principal: row.principal,
      definition: overlap === 'queue' ? inTurn(workflow.definition, row.id) : workflow.definition,
      workflow: { id: workflow.id, revision: workflow.revision },
      inputs: triggerInputs(inputs, { schedule: about }),
      trigger: {
        kind: 'schedule',
        id: row.id,
        data: { schedule: about.name, time: about.time },
      },
      depth: 0,
    }),
  );
}

/** Runs of this schedule wait for each other. A workflow that says itself which of its runs wait is left as it is. */
function inTurn(definition: WorkflowDefinition, schedule: string): WorkflowDefinition {
  return {
    ...definition,
    concurrency: definition.concurrency ?? { group: schedule, limit: 1, policy: 'queue' },
  };
}

/** Before the transaction: should this process die in between, the next look asks for it again. */
async function cancelLast(store: Store, starter: Starter, row: ScheduleRow): Promise<void> {
  if (row.last_run === null || !(await isAtWork(store.db, row.last_run))) return;
  try {
    await starter.cancel(row.last_run, { principal: row.principal, project: row.project });
  } catch (error) {
    // It has ended meanwhile.
    if (!isRefusal(error)) throw error;
  }
}

async function isAtWork(db: Store['db'], run: string | null): Promise<boolean> {
  if (run === null) return false;
  const row = await db.selectFrom('workflow_run').select('status').where('id', '=', run).executeTakeFirst();
  return row !== undefined && !workflowRunHasEnded(row.status as WorkflowRunStatus);
}

function tellMissed({ emit }: WriteContext, row: ScheduleRow, { missed, fire }: DuePlan): void {
  if (missed.times === 0) return;
  const { catch_up } = specOf(row);
  const bounded = catch_up === 'all' && (missed.more || missed.times > fire.length);
  emit({
    type: 'schedule.missed',
    project: row.project,
    actor: ACTOR,
    subject: row.id,
    data: {
      name: row.name,
      times: missed.times,
      ...(missed.more && { more: true }),
      done: bounded ? `the last ${fire.length}` : catch_up,
    },
  });
}

function tellSkipped({ emit }: WriteContext, row: ScheduleRow, reason: string): void {
  emit({
    type: 'schedule.skipped',
    project: row.project,
    actor: ACTOR,
    subject: row.id,
    data: { name: row.name, reason },
  });
}
