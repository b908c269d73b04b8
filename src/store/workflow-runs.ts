import type { Kysely, Selectable } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import type { Section, StepState, StepStatus, WorkflowRun, WorkflowRunStatus } from '../model/workflow.ts';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;
export type WorkflowRunRow = Selectable<Database['workflow_run']>;
export type WorkflowStepRow = Selectable<Database['workflow_step']>;

/** `item` of the row of a step itself. */
const SELF = -1;

export function toWorkflowRun(row: WorkflowRunRow): WorkflowRun {
  return {
    id: row.id,
    project: row.project,
    workflow: row.workflow,
    revision: row.revision === null ? null : Number(row.revision),
    name: row.name,
    status: row.status as WorkflowRunStatus,
    inputs: JSON.parse(row.inputs),
    outputs: row.outputs === null ? null : JSON.parse(row.outputs),
    principal: row.principal,
    trigger: { kind: row.trigger_kind, id: row.trigger_id },
    created: row.created,
    started: row.started,
    ended: row.ended,
    error: errorOf(row),
    counts: JSON.parse(row.counts),
    rerunOf: row.rerun_of,
  };
}

/** `unmet`: needs that no process that lives meets. */
export function toStepState(row: WorkflowStepRow, unmet: ReadonlySet<string> = new Set()): StepState {
  const lonely = (row.status === 'ready' || row.status === 'queued') && unmet.has(row.requirement);
  return {
    name: row.name,
    item: Number(row.item) === SELF ? null : Number(row.item),
    section: row.section as Section,
    status: row.status as StepStatus,
    attempt: Number(row.attempt),
    started: row.started,
    ended: row.ended,
    waitsFor: lonely ? 'worker' : (row.waits_for as StepState['waitsFor']),
    needs: row.requirement,
    due: row.due,
    output: row.output === null ? null : JSON.parse(row.output),
    error: errorOf(row),
    run: row.task_run,
    workflowRun: row.child_run,
  };
}

function errorOf(row: { error_code: string | null; error_message: string | null }) {
  return row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' };
}

/** The run in this project; one of another is as unknown as one that does not exist. */
export async function getWorkflowRun(
  db: Db,
  { id, project }: { id: string; project: string },
): Promise<WorkflowRunRow> {
  const row = await db
    .selectFrom('workflow_run')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no run ${id} of a workflow.`);
  return row;
}

export interface RunFilter {
  project: string;
  status?: readonly string[] | undefined;
  /** Name or id of the workflow. */
  workflow?: string | undefined;
  trigger?: string | undefined;
  /** Id of the last one of the page before: ids sort by time. */
  before?: string | undefined;
  limit: number;
}

/** Newest first. */
export function listWorkflowRuns(db: Db, filter: RunFilter): Promise<WorkflowRunRow[]> {
  const { workflow } = filter;
  let query = db.selectFrom('workflow_run').selectAll().where('project', '=', filter.project);
  if (filter.status?.length) query = query.where('status', 'in', filter.status);
  if (workflow !== undefined)
    query = query.where(workflow.startsWith('wfl_') ? 'workflow' : 'name', '=', workflow);
  if (filter.trigger !== undefined) query = query.where('trigger_kind', '=', filter.trigger);
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  return query.orderBy('id', 'desc').limit(filter.limit).execute();
}

/** The steps themselves, without their items. */
export function stepsOf(db: Db, run: string): Promise<WorkflowStepRow[]> {
  return db
    .selectFrom('workflow_step')
    .selectAll()
    .where('run', '=', run)
    .where('item', '=', SELF)
    .orderBy('name')
    .execute();
}

export function stepOfRun(db: Db, run: string, name: string): Promise<WorkflowStepRow | undefined> {
  return db
    .selectFrom('workflow_step')
    .selectAll()
    .where('run', '=', run)
    .where('name', '=', name)
    .where('item', '=', SELF)
    .executeTakeFirst();
}

/** Items of a `for_each` in its order. */
export function itemsOfStep(
  db: Db,
  { run, name, after, limit }: { run: string; name: string; after: number; limit: number },
): Promise<WorkflowStepRow[]> {
  return db
    .selectFrom('workflow_step')
    .selectAll()
    .where('run', '=', run)
    .where('name', '=', name)
    .where('item', '>', Math.max(after, SELF))
    .orderBy('item')
    .limit(limit)
    .execute();
}

/** How many items of each step there are, by status. */
export async function itemCounts(db: Db, run: string): Promise<Map<string, Record<string, number>>> {
  const rows = await db
    .selectFrom('workflow_step')
    .select(['name', 'status', (e) => e.fn.countAll().as('count')])
    .where('run', '=', run)
    .where('item', '>', SELF)
    .groupBy(['name', 'status'])
    .execute();
  const counts = new Map<string, Record<string, number>>();
  for (const { name, status, count } of rows)
    counts.set(name, { ...counts.get(name), [status]: Number(count) });
  return counts;
}

/** Attempts that have ended, of the step and of its items; those that were tried again because a process died are told apart. */
export function attemptsOf(
  db: Db,
  { run, name, item }: { run: string; name: string; item: number | null },
): Promise<Selectable<Database['workflow_attempt']>[]> {
  return db
    .selectFrom('workflow_attempt')
    .selectAll()
    .where('run', '=', run)
    .where('name', '=', name)
    .where('item', '=', item ?? SELF)
    .orderBy('attempt')
    .orderBy('recovered')
    .orderBy('ended')
    .execute();
}

/** Steps that wait for a worker, by what it must have. */
export async function requirementCounts(
  db: Db,
): Promise<{ requirement: string; ready: number; queued: number }[]> {
  const rows = await db
    .selectFrom('workflow_step')
    .select(['requirement', 'status', (e) => e.fn.countAll().as('count')])
    .where('status', 'in', ['ready', 'queued'])
    .groupBy(['requirement', 'status'])
    .orderBy('requirement')
    .execute();
  const counts = new Map<string, { requirement: string; ready: number; queued: number }>();
  for (const { requirement, status, count } of rows) {
    const known = counts.get(requirement) ?? { requirement, ready: 0, queued: 0 };
    counts.set(requirement, { ...known, [status]: Number(count) });
  }
  return [...counts.values()];
}
