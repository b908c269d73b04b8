import * as z from 'zod';
import { type WorkflowRunStatus, workflowRunHasEnded } from '../model/workflow.ts';
import type { WriteContext } from '../store/store.ts';
import type { WorkflowRunRow } from '../store/workflow-runs.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';
import { needsOf, requireNeeds } from './workflow-needs.ts';
import { definitionOf, ownRun } from './workflow-runs.ts';
import { runOfStep, Started, tokenOf } from './workflow-start.ts';

const RunPath = z.object({ id: z.string().max(100) });
const Answer = z.object({ run: Started });

export const workflowRunCancel = defineOperation({
  id: 'workflowRuns.cancel',
  summary: 'Cancel a run of a workflow: what has begun is stopped, what cleans up still runs',
  method: 'POST',
  path: '/workflows/runs/{id}/cancel',
  permission: 'workflow:run',
  audited: true,
  pathParams: RunPath,
  query: NONE,
  body: z.strictObject({
    force: z.boolean().default(false).describe('Also what cleans up: `on_failure` and `finally`'),
  }),
  output: Answer,
  cli: 'workflow cancel',
  async handler(context, { path, body }) {
    const { caller, services } = context;
    const by = { project: caller.project, force: body.force };
    const status = await services.workflows.cancel(path.id, by, async (write) => {
      context.audit({ subject: path.id, after: { force: body.force } });
      await context.record(write);
    });
    // What cleans up needs somebody who does it. A step of another workflow is done long before that.
    const row = await ownRun(context, path.id);
    if (!workflowRunHasEnded(status) && runOfStep(context) === null && (await isLeft(context, row)))
      await services.workflows.carryOn(row);
    return { run: { id: path.id, status } };
  },
});

export const workflowRunResume = defineOperation({
  id: 'workflowRuns.resume',
  summary:
    'Go on where a run of a workflow failed, in a new run that keeps what went well; without a server also with a run whose process is gone, as it is',
  method: 'POST',
  path: '/workflows/runs/{id}/resume',
  permission: 'workflow:run',
  audited: true,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: Answer,
  status: 202,
  cli: 'workflow resume',
  handler: async (context, { path }) => ({
    run: (await carryOn(context, path.id)) ?? (await again(context, path.id, {})),
  }),
});

export const workflowRunReplay = defineOperation({
  id: 'workflowRuns.replay',
  summary: 'Run a workflow again as it was, all of it or from one step on, with other inputs if told',
  method: 'POST',
  path: '/workflows/runs/{id}/replay',
  permission: 'workflow:run',
  audited: true,
  pathParams: RunPath,
  query: NONE,
  body: z.strictObject({
    from: z.string().max(100).optional().describe('The step to begin with; what it does not need is kept'),
    inputs: z.record(z.string(), z.unknown()).optional().describe('Those that are to differ'),
  }),
  output: Answer,
  status: 202,
  cli: 'workflow replay',
  handler: async (context, { path, body }) => ({
    run: await again(context, path.id, {
      ...(body.from === undefined ? { whole: true } : { fromStep: body.from }),
      ...(body.inputs === undefined ? {} : { inputs: body.inputs }),
    }),
  }),
});

/** A run that nobody goes on with; undefined for all others. What it may do is what it was started with. */
async function carryOn(context: OperationContext, id: string) {
  const { workflows } = context.services;
  const named = await ownRun(context, id);
  if (workflowRunHasEnded(named.status as WorkflowRunStatus) || !(await isLeft(context, named))) return;
  const row = await ownRun(context, await workflows.rootOf(id));
  await workflows.carryOn(row, async (write) => {
    context.audit({ subject: row.id, after: { workflow: row.name, carriedOn: true } });
    await context.record(write);
  });
  return { id: row.id, status: row.status as WorkflowRunStatus };
}

async function isLeft({ services }: OperationContext, row: WorkflowRunRow): Promise<boolean> {
  return (await services.workflows.carrierOf(row)) === 'nobody';
}

/** The permissions are those of now and of whoever repeats it. */
async function again(
  context: OperationContext,
  id: string,
  order: { fromStep?: string; whole?: boolean; inputs?: Record<string, unknown> },
) {
  const { caller, services } = context;
  const definition = await definitionOf(context, await ownRun(context, id));
  await requireNeeds(context, await needsOf(services, caller.project, definition));
  return services.workflows.rerun(
    id,
    { principal: caller.id, token: tokenOf(context), project: caller.project, ...order },
    async (write: WriteContext, run: string) => {
      const from = order.fromStep ?? null;
      context.audit({ subject: run, after: { workflow: definition.name, repeats: id, from } });
      await context.record(write);
    },
  );
}
