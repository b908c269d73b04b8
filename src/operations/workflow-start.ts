import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import type { WorkflowDefinition } from '../model/workflow.ts';
import { CodedError, SECTIONS, WorkflowName, WorkflowRunStatus } from '../model/workflow.ts';
import { getWorkflowRun } from '../store/workflow-runs.ts';
import { getWorkflow, readRevision } from '../workflows/library.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NONE } from './paging.ts';
import { requireDocument } from './workflow-document.ts';
import { needsOf, requireNeeds, WorkflowNeeds } from './workflow-needs.ts';
import { Document } from './workflow-shapes.ts';

const Inputs = z.record(z.string(), z.unknown());
const Order = z.strictObject({
  workflow: Document.optional().describe('Its name, or a document'),
  inputs: Inputs.optional(),
  revision: z.int().min(1).optional().describe('An older one of a stored workflow'),
  samples: z.boolean().default(false).describe('Steps with sample data give that and are not run'),
  priority: z.int().min(0).max(1000).optional().describe('Lower runs first; usually 100'),
  dry_run: z.boolean().default(false).describe('Only say what would run'),
  workflow_name: z.string().max(100).optional().describe('The same as `workflow`, as older clients call it'),
  parameters: Inputs.optional().describe('The same as `inputs`, as older clients call it'),
});
type Order = z.output<typeof Order>;

const PlannedStep = z.object({
  step: z.string(),
  section: z.enum(SECTIONS),
  does: z
    .string()
    .describe('`task:http-check`, `operation:runs.list`, `workflow:nightly`, `wait`, `approval`'),
  needs: z.array(z.string()),
  powers: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  target: z.string().nullable(),
  condition: z.string().nullable(),
  params: z.record(z.string(), z.unknown()).nullable(),
  problem: CodedError.nullable(),
});
const Plan = z.object({
  name: z.string(),
  inputs: Inputs,
  needs: WorkflowNeeds,
  steps: z.array(PlannedStep),
  warnings: z.array(z.string()),
});

export const Started = z.object({ id: z.string(), status: WorkflowRunStatus });

export const workflowRun = defineOperation({
  id: 'workflows.run',
  summary: 'Start a workflow: a stored one by its name, or a document',
  method: 'POST',
  path: '/workflows/run',
  permission: 'workflow:run',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: Order,
  output: z.object({
    run: Started.nullable().describe('Null for a dry run'),
    plan: Plan.nullable().describe('Of a dry run'),
    warnings: z.array(z.string()),
  }),
  status: 202,
  cli: 'workflow run',
  async handler(context, { body }) {
    const wanted = await workflowOf(context, body);
    const { definition, workflow, warnings } = wanted;
    const inputs = body.inputs ?? body.parameters ?? {};
    if (body.dry_run) return { run: null, plan: await planOf(context, wanted, inputs), warnings };
    await requireNeeds(context, await needsOf(context.services, context.caller.project, definition));
    const { caller } = context;
    const run = await context.services.workflows.start(
      {
        project: caller.project,
        principal: caller.id,
        token: tokenOf(context),
        definition,
        workflow,
        inputs,
        trigger: { kind: 'manual', id: null },
        depth: await depthOf(context),
        samples: body.samples,
        ...(body.priority === undefined ? {} : { priority: body.priority }),
      },
      async (write, id) => {
        const revision = workflow?.revision ?? null;
        context.audit({ subject: id, after: { workflow: definition.name, revision } });
        await context.record(write);
      },
    );
    return { run, plan: null, warnings };
  },
});

export const workflowDryRun = defineOperation({
  id: 'workflows.dryRun',
  summary: 'What a workflow would run, where and with which powers; nothing is done',
  method: 'POST',
  path: '/workflows/dry-run',
  permission: 'workflow:run',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: Order,
  output: Plan,
  cli: 'workflow run',
  async handler(context, { body }) {
    return planOf(context, await workflowOf(context, body), body.inputs ?? body.parameters ?? {});
  },
});

interface Wanted {
  definition: WorkflowDefinition;
  workflow: { id: string; revision: number } | null;
  warnings: string[];
}

async function workflowOf(context: OperationContext, body: Order): Promise<Wanted> {
  refuseBoth(body);
  const named = body.workflow ?? body.workflow_name;
  if (named === undefined)
    throw new SentinelError('invalid-parameter', 'workflow: expects the name of a workflow, or a document.', {
      fields: [{ field: 'workflow', message: 'expects the name of a workflow, or a document' }],
    });
  if (typeof named === 'string' && (WorkflowName.safeParse(named).success || !named.includes(':')))
    return storedWorkflow(context, named, body.revision);
  if (body.revision !== undefined)
    throw new SentinelError('invalid-parameter', 'revision: a document has none; name a stored workflow.', {
      fields: [{ field: 'revision', message: 'belongs to a stored workflow' }],
    });
  const { definition, warnings } = await requireDocument(context, named);
  return {
    definition,
    workflow: null,
    warnings: warnings.map(({ line, message }) => (line === null ? message : `line ${line}: ${message}`)),
  };
}

/** The older name of a thing beside the one of today: one of the two would be ignored. */
function refuseBoth(body: Order): void {
  const twice = (
    [
      ['workflow', 'workflow_name'],
      ['inputs', 'parameters'],
    ] as const
  ).filter((names) => names.every((name) => body[name] !== undefined));
  if (twice.length === 0) return;
  const fields = twice.map(([field, older]) => ({
    field: older,
    message: `is the older name of ${field}: send one of the two`,
  }));
  throw new SentinelError(
    'invalid-parameter',
    fields.map(({ field, message }) => `${field}: ${message}.`).join(' '),
    { fields },
  );
}

async function storedWorkflow(
  { caller, services }: OperationContext,
  name: string,
  revision: number | undefined,
): Promise<Wanted> {
  const { db } = services.store;
  const row = await getWorkflow(db, { project: caller.project, name });
  const found = await readRevision(db, row, revision);
  if (!found.definition.on.manual)
    throw new SentinelError(
      'not-possible-now',
      `${name} is started by what stands below 'on' in it and not by hand; 'manual: true' would allow it.`,
    );
  return {
    definition: found.definition,
    workflow: { id: row.id, revision: found.revision },
    warnings: [],
  };
}

async function planOf(
  { caller, services }: OperationContext,
  { definition, warnings }: Wanted,
  inputs: Record<string, unknown>,
): Promise<z.output<typeof Plan>> {
  const planned = await services.workflows.dryRun(definition, {
    inputs,
    principal: caller.id,
    project: caller.project,
  });
  return {
    name: definition.name,
    ...planned,
    needs: await needsOf(services, caller.project, definition),
    warnings,
  };
}

/** The run may do no more than the token that it was started with. */
export function tokenOf({ caller }: OperationContext): string | null {
  return caller.via.kind === 'token' ? caller.via.id : null;
}

/** The run whose step does this operation; null for everybody else. */
export function runOfStep({ from }: OperationContext): string | null {
  return from.address === '' ? (/^workflow (wfr_[0-9a-f-]{36})$/.exec(from.agent)?.[1] ?? null) : null;
}

/** A workflow that starts itself by this operation ends as one that starts itself by a step. */
async function depthOf(context: OperationContext): Promise<number> {
  const id = runOfStep(context);
  if (id === null) return 0;
  const { project } = context.caller;
  const { depth } = await getWorkflowRun(context.services.store.db, { id, project });
  return Number(depth) + 1;
}
