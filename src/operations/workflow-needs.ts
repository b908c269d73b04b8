import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import type { Permission } from '../model/permission.ts';
import { MOST_DEPTH, SECTIONS, type WorkflowDefinition, type WorkflowStep } from '../model/workflow.ts';
import { namesIn } from '../workflows/engine/scope.ts';
import { findWorkflow, readRevision } from '../workflows/library.ts';
import { may } from './invoke.ts';
import type { OperationContext } from './operation.ts';
import type { Services } from './services.ts';

/** What a whole workflow will use, with the workflows in it. */
export const WorkflowNeeds = z.object({
  tasks: z.array(
    z.object({ id: z.string(), title: z.string(), touches: z.string(), needs: z.array(z.string()) }),
  ),
  operations: z.array(z.object({ id: z.string(), summary: z.string(), permission: z.string() })),
  workflows: z.array(z.string()),
  /** Powers of all tasks together. */
  powers: z.array(z.string()),
  secrets: z.array(z.string()).describe('Names of secrets that its parameters take'),
  labels: z.array(z.string()).describe('Labels that a worker must have for some of its steps'),
  approvals: z.int().describe('Steps that wait for the approval of a person'),
  permissions: z.array(z.string()).describe('What whoever runs it must hold'),
  missing: z
    .array(z.string())
    .describe('Tasks, operations and workflows that there are not; their steps fail'),
});
export type WorkflowNeeds = z.infer<typeof WorkflowNeeds>;

interface Collected {
  tasks: Map<string, WorkflowNeeds['tasks'][number]>;
  operations: Map<string, WorkflowNeeds['operations'][number]>;
  workflows: Set<string>;
  secrets: Set<string>;
  labels: Set<string>;
  approvals: number;
  missing: Set<string>;
}

export async function needsOf(
  services: Services,
  project: string,
  definition: WorkflowDefinition,
): Promise<WorkflowNeeds> {
  const all: Collected = {
    tasks: new Map(),
    operations: new Map(),
    workflows: new Set(),
    secrets: new Set(),
    labels: new Set(),
    approvals: 0,
    missing: new Set(),
  };
  await collect(services, { project, definition, depth: 0 }, all);
  const permissions = new Set(['workflow:run']);
  if (all.tasks.size > 0) permissions.add('run:create');
  for (const { permission } of all.operations.values()) permissions.add(permission);
  return {
    tasks: [...all.tasks.values()],
    operations: [...all.operations.values()],
    workflows: [...all.workflows],
    powers: [...new Set([...all.tasks.values()].flatMap((task) => task.needs))].sort(),
    secrets: [...all.secrets].sort(),
    labels: [...all.labels].sort(),
    approvals: all.approvals,
    permissions: [...permissions].sort(),
    missing: [...all.missing],
  };
}

interface Part {
  project: string;
  definition: WorkflowDefinition;
  depth: number;
}

async function collect(services: Services, part: Part, all: Collected): Promise<void> {
  for (const step of SECTIONS.flatMap((section) => part.definition[section])) {
    for (const [name, value] of Object.entries(step.labels)) all.labels.add(`${name}=${value}`);
    if (step.approval !== null) all.approvals += 1;
    for (const [root, name] of namesIn(step.params))
      if (root === 'secrets' && name !== undefined) all.secrets.add(name);
    await collectAction(services, part, { step, all });
  }
}

async function collectAction(
  services: Services,
  part: Part,
  { step, all }: { step: WorkflowStep; all: Collected },
): Promise<void> {
  if (step.task !== null) {
    const task = await taskOf(services, step.task);
    if (!task) all.missing.add(step.task);
    else
      all.tasks.set(task.id, {
        id: task.id,
        title: task.title,
        touches: task.touches,
        needs: [...task.needs],
      });
  } else if (step.operation !== null) {
    // The list of operations holds those of workflows too: it can be read only when it is there.
    const { operationForSteps } = await import('./step.ts');
    const operation = operationForSteps(step.operation);
    if (!operation) all.missing.add(step.operation);
    else
      all.operations.set(operation.id, {
        id: operation.id,
        summary: operation.summary,
        permission: operation.permission,
      });
  } else if (step.workflow !== null) await collectChild(services, part, { name: step.workflow, all });
}

async function taskOf(services: Services, id: string) {
  try {
    return await services.engine.catalogue.load(id);
  } catch (error) {
    if (error instanceof SentinelError && error.code === 'unknown-task') return undefined;
    throw error;
  }
}

/** Each workflow once, however often it is used; the engine refuses those that are too deep. */
async function collectChild(
  services: Services,
  { project, depth }: Part,
  { name, all }: { name: string; all: Collected },
): Promise<void> {
  if (all.workflows.has(name) || depth >= MOST_DEPTH) return;
  const { db } = services.store;
  const row = await findWorkflow(db, { project, name });
  if (!row) {
    all.missing.add(name);
    return;
  }
  all.workflows.add(name);
  const { definition } = await readRevision(db, row);
  await collect(services, { project, definition, depth: depth + 1 }, all);
}

/** Nobody has a workflow do what they may not do themselves, now or by a schedule. */
export async function requireNeeds(
  context: OperationContext,
  needs: WorkflowNeeds,
  what = 'run',
): Promise<void> {
  const { caller } = context;
  if (caller.permissions === 'all') return;
  if (needs.tasks.length > 0 && !may(caller, 'run:create'))
    throw new SentinelError(
      'forbidden',
      `The workflow runs the task ${needs.tasks[0]?.id}: to ${what} it you need the permission run:create.`,
    );
  for (const { id, permission } of needs.operations)
    if (!may(caller, permission as Permission))
      throw new SentinelError(
        'forbidden',
        `The workflow does the operation ${id}: to ${what} it you need the permission ${permission}.`,
      );
}
