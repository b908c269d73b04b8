import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { FindingSummary } from '../model/finding.ts';
import {
  CodedError,
  SECTIONS,
  StepState,
  WorkflowCarrier,
  WorkflowDefinition,
  WorkflowRun,
  workflowRunHasEnded,
} from '../model/workflow.ts';
import { toSummary } from '../store/findings.ts';
import {
  attemptsOf,
  getWorkflowRun,
  itemCounts,
  itemsOfStep,
  listWorkflowRuns,
  stepOfRun,
  stepsOf,
  toStepState,
  toWorkflowRun,
  type WorkflowRunRow,
  type WorkflowStepRow,
} from '../store/workflow-runs.ts';
import { unmetOf } from '../workflows/scale/members.ts';
import { approvalUrl } from './approvals.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const RunPath = z.object({ id: z.string().max(100) });
const StepPath = RunPath.extend({ step: z.string().max(100) });

/** A list shows no more of an output; the step itself shows all of it. */
const SHOWN_OUTPUT = 4_000;

const Attempt = z.object({
  attempt: z.int(),
  recovered: z.int().describe('How often its process had died before'),
  started: z.int(),
  ended: z.int(),
  status: z.string(),
  error: CodedError.nullable(),
  run: z.string().nullable().describe('The run of its task'),
});
const Step = StepState.extend({
  outputCut: z.boolean().describe('The output is long: the step itself shows all of it'),
  items: z.record(z.string(), z.int()).nullable().describe('Items of its `for_each` by status'),
});

export const workflowRunList = defineOperation({
  id: 'workflowRuns.list',
  summary: 'Runs of workflows, newest first',
  method: 'GET',
  path: '/workflows/runs',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    status: z.string().max(200).optional().describe('One or several, separated by commas'),
    workflow: z.string().max(100).optional().describe('Name or id'),
    trigger: z.enum(['manual', 'schedule', 'event', 'webhook', 'workflow', 'rerun']).optional(),
  }),
  body: NO_BODY,
  output: listOf(WorkflowRun),
  cli: 'workflow runs',
  async handler({ services, caller }, { query }) {
    const { cursor, limit, status, workflow, trigger } = query;
    const rows = await listWorkflowRuns(services.store.db, {
      project: caller.project,
      limit: limit + 1,
      status: status?.split(','),
      workflow,
      trigger,
      before: cursor ? unpackCursor(cursor, z.tuple([z.string()]))[0] : undefined,
    });
    const result = page(rows, limit, (row) => packCursor(row.id));
    return { items: result.rows.map(toWorkflowRun), nextCursor: result.nextCursor };
  },
});

export const workflowRunLookup = defineOperation({
  id: 'workflowRuns.lookup',
  summary: 'Runs of workflows whose id ends so',
  method: 'GET',
  path: '/workflows/runs/lookup',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    end: z
      .string()
      .regex(/^[0-9a-fA-F]{4,12}$/, 'expects the last 4 to 12 digits of an id')
      .meta({ examples: ['4f2a91c3'] }),
  }),
  body: NO_BODY,
  output: listOf(z.object({ id: z.string() })),
  cli: 'workflow status',
  async handler({ services, caller }, { query }) {
    const items = await services.store.db
      .selectFrom('workflow_run')
      .select('id')
      .where('project', '=', caller.project)
      .where('id', 'like', `%${query.end.toLowerCase()}`)
      .orderBy('id', 'desc')
      .limit(10)
      .execute();
    return { items, nextCursor: null };
  },
});

export const workflowRunGet = defineOperation({
  id: 'workflowRuns.get',
  summary: 'One run of a workflow, with the state, attempts, times and output of each step',
  method: 'GET',
  path: '/workflows/runs/{id}',
  permission: 'workflow:read',
  audited: false,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: WorkflowRun.extend({
    steps: z.array(Step).describe('In the order of the document, items not among them'),
    section: z.string().describe('Which steps it is at; `held` waits for a place in its group'),
    approvals: z.array(
      z.object({
        id: z.string(),
        step: z.string(),
        message: z.string(),
        expires: z.int().nullable(),
        url: z.string().describe('The page where one decides'),
      }),
    ),
    samples: z.boolean(),
    carrier: WorkflowCarrier.nullable().describe(
      'Who goes on with it: `server`, without one `here` or `elsewhere` (processes of the command line), `nobody` when that process is gone; null when it has ended',
    ),
    fromStep: z.string().nullable(),
    parent: z.object({ run: z.string(), step: z.string() }).nullable(),
  }),
  cli: 'workflow status',
  async handler(context, { path }) {
    const { db } = context.services.store;
    const row = await ownRun(context, path.id);
    const definition = await definitionOf(context, row);
    const order = SECTIONS.flatMap((section) => definition[section].map((step) => step.name));
    const states = await stepsOf(db, row.id);
    const counts = await itemCounts(db, row.id);
    const unmet = await unmetNeeds(context, states);
    const run = toWorkflowRun(row);
    return {
      ...run,
      section: row.section,
      steps: states
        .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
        .map((state) => ({ ...shortened(state, unmet), items: counts.get(state.name) ?? null })),
      approvals: await openApprovals(context, row.id),
      samples: Number(row.samples) === 1,
      carrier: workflowRunHasEnded(run.status) ? null : await context.services.workflows.carrierOf(row),
      fromStep: row.from_step,
      parent: row.parent_run === null ? null : { run: row.parent_run, step: row.parent_step ?? '' },
    };
  },
});

export const workflowRunDefinition = defineOperation({
  id: 'workflowRuns.definition',
  summary: 'What a run of a workflow runs: the document as it was when it started',
  method: 'GET',
  path: '/workflows/runs/{id}/definition',
  permission: 'workflow:read',
  audited: false,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: WorkflowDefinition,
  cli: 'workflow definition',
  handler: async (context, { path }) => definitionOf(context, await ownRun(context, path.id)),
});

export const workflowRunStep = defineOperation({
  id: 'workflowRuns.step',
  summary: 'One step of a run: its attempts and its whole output',
  method: 'GET',
  path: '/workflows/runs/{id}/steps/{step}',
  permission: 'workflow:read',
  audited: false,
  pathParams: StepPath,
  query: z.object({ item: z.coerce.number().int().min(0).optional().describe('One item of its `for_each`') }),
  body: NO_BODY,
  output: StepState.extend({
    input: z.unknown().describe('The item'),
    attempts: z.array(Attempt),
    items: z.record(z.string(), z.int()).nullable(),
  }),
  cli: 'workflow step',
  async handler(context, { path, query }) {
    const { db } = context.services.store;
    const { id } = await ownRun(context, path.id);
    const item = query.item ?? null;
    const row =
      item === null
        ? await stepOfRun(db, id, path.step)
        : (await itemsOfStep(db, { run: id, name: path.step, after: item - 1, limit: 1 })).find(
            (one) => Number(one.item) === item,
          );
    if (!row) throw noStep(path, item);
    const attempts = await attemptsOf(db, { run: id, name: path.step, item });
    return {
      ...toStepState(row, await unmetNeeds(context, [row])),
      input: row.input === null ? null : JSON.parse(row.input),
      attempts: attempts.map((one) => ({
        attempt: Number(one.attempt),
        recovered: Number(one.recovered),
        started: one.started,
        ended: one.ended,
        status: one.status,
        error: one.error_code === null ? null : { code: one.error_code, message: one.error_message ?? '' },
        run: one.task_run,
      })),
      items: item === null ? ((await itemCounts(db, id)).get(path.step) ?? null) : null,
    };
  },
});

export const workflowRunItems = defineOperation({
  id: 'workflowRuns.items',
  summary: 'Items of a step with `for_each`, in its order',
  method: 'GET',
  path: '/workflows/runs/{id}/steps/{step}/items',
  permission: 'workflow:read',
  audited: false,
  pathParams: StepPath,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(StepState.extend({ input: z.unknown(), outputCut: z.boolean() })),
  cli: 'workflow items',
  async handler(context, { path, query }) {
    const { db } = context.services.store;
    const { id } = await ownRun(context, path.id);
    if (!(await stepOfRun(db, id, path.step))) throw noStep(path, null);
    const after = query.cursor ? unpackCursor(query.cursor, z.tuple([z.int()]))[0] : -1;
    const rows = await itemsOfStep(db, { run: id, name: path.step, after, limit: query.limit + 1 });
    const result = page(rows, query.limit, (row) => packCursor(Number(row.item)));
    const unmet = await unmetNeeds(context, result.rows);
    return {
      items: result.rows.map((row) => ({
        ...shortened(row, unmet),
        input: row.input === null ? null : JSON.parse(row.input),
      })),
      nextCursor: result.nextCursor,
    };
  },
});

export const workflowRunFindings = defineOperation({
  id: 'workflowRuns.findings',
  summary: 'Findings that the tasks of a run of a workflow reported, each once',
  method: 'GET',
  path: '/workflows/runs/{id}/findings',
  permission: 'finding:read',
  audited: false,
  pathParams: RunPath,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(FindingSummary.extend({ change: z.enum(['new', 'seen', 'reopened']) })),
  cli: 'workflow run',
  async handler(context, { path, query }) {
    const { db } = context.services.store;
    const { id } = await ownRun(context, path.id);
    const after = query.cursor ? unpackCursor(query.cursor, z.tuple([z.string()]))[0] : '';
    const rows = await db
      .selectFrom('finding as f')
      .innerJoin(
        (e) =>
          e
            .selectFrom('occurrence as o')
            .innerJoin('run as r', 'r.id', 'o.run')
            // The first run that reported it says whether it was new.
            .select((s) => ['o.finding', s.fn.min('o.change').as('change')])
            .where('r.workflow_run', '=', id)
            .where('o.finding', '>', after)
            .groupBy('o.finding')
            .as('found'),
        (join) => join.onRef('found.finding', '=', 'f.id'),
      )
      .selectAll('f')
      .select('found.change')
      .orderBy('f.id')
      .limit(query.limit + 1)
      .execute();
    const result = page(rows, query.limit, (row) => packCursor(row.id));
    return {
      items: result.rows.map((row) => ({ ...toSummary(row), change: row.change })),
      nextCursor: result.nextCursor,
    };
  },
});

/** Within this project; what comes back is the row as it is now. */
export function ownRun({ services, caller }: OperationContext, id: string): Promise<WorkflowRunRow> {
  return getWorkflowRun(services.store.db, { id, project: caller.project });
}

export async function definitionOf(
  { services }: OperationContext,
  row: Pick<WorkflowRunRow, 'definition'>,
): Promise<WorkflowDefinition> {
  const { body } = await services.store.db
    .selectFrom('workflow_definition')
    .select('body')
    .where('hash', '=', row.definition)
    .executeTakeFirstOrThrow();
  return JSON.parse(body) as WorkflowDefinition;
}

/** Of the steps that could begin. */
async function unmetNeeds(
  { services }: OperationContext,
  rows: readonly WorkflowStepRow[],
): Promise<Set<string>> {
  const needs = rows.filter(({ status }) => status === 'ready' || status === 'queued');
  const all = [...new Set(needs.map((row) => row.requirement))];
  const unmet = await unmetOf(services.store, services.deadMs, all);
  // The command line is no worker to others, and still does such steps of what it goes on with.
  return new Set([...unmet].filter((requirement) => !services.workflows.takesHere(requirement)));
}

function shortened(row: WorkflowStepRow, unmet: ReadonlySet<string>) {
  const long = row.output !== null && row.output.length > SHOWN_OUTPUT;
  return { ...toStepState(long ? { ...row, output: null } : row, unmet), outputCut: long };
}

async function openApprovals(context: OperationContext, run: string) {
  const rows = await context.services.store.db
    .selectFrom('approval')
    .select(['id', 'step', 'message', 'expires'])
    .where('run', '=', run)
    .where('status', '=', 'pending')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, url: approvalUrl(context, row.id) }));
}

function noStep({ id, step }: { id: string; step: string }, item: number | null): SentinelError {
  const what =
    item === null ? `step '${step.slice(0, 64)}'` : `item ${item} of a step '${step.slice(0, 64)}'`;
  return new SentinelError('not-found', `The run ${id} has no ${what}.`);
}
