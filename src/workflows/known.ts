import type { Kysely } from 'kysely';
import type { WorkflowDefinition } from '../model/workflow.ts';
import type { AnyTask } from '../plugin/task.ts';
import type { Database } from '../store/schema.ts';
import type { Known, KnownOperation, KnownWorkflow } from './definition/known.ts';
import { renamed } from './older/renamed-tasks.ts';
import { retired } from './older/retired-tasks.ts';

export interface KnownParts {
  tasks: readonly AnyTask[];
  /** Operations that a step may do. */
  operations: ReadonlyMap<string, KnownOperation>;
  /** Those that there are and that a step may not do. */
  refused: ReadonlySet<string>;
  workflows: { names: readonly string[]; named: ReadonlyMap<string, KnownWorkflow> };
}

/** What a document may refer to in one project, as it is now. */
export function knownOf({ tasks, operations, refused, workflows }: KnownParts): Known {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const operationIds = [...operations.keys()].sort();
  const taskIds = [...byId.keys()].sort();
  return {
    taskIds: () => taskIds,
    task: (id) => byId.get(id),
    retired: (id) => (byId.has(id) ? undefined : retired(id)),
    renamed,
    operationIds: () => operationIds,
    operation: (id) => operations.get(id),
    isRefused: (id) => refused.has(id),
    workflowNames: () => workflows.names,
    workflow: (name) => workflows.named.get(name),
  };
}

/** Workflows of the project: all names, and inputs and outputs of those whose name the source has somewhere in it. */
export async function knownWorkflows(
  db: Kysely<Database>,
  project: string,
  source: string,
): Promise<KnownParts['workflows']> {
  const rows = await db
    .selectFrom('workflow')
    .select('name')
    .where('project', '=', project)
    .where('removed', 'is', null)
    .orderBy('name')
    .execute();
  const names = rows.map((row) => row.name);
  const mentioned = names.filter((name) => source.includes(name));
  const named = new Map<string, KnownWorkflow>();
  // A list in a statement has an end on both stores.
  for (let at = 0; at < mentioned.length; at += 500) {
    const found = await db
      .selectFrom('workflow as w')
      .innerJoin('workflow_revision as r', (join) =>
        join.onRef('r.workflow', '=', 'w.id').onRef('r.revision', '=', 'w.revision'),
      )
      .innerJoin('workflow_definition as d', 'd.hash', 'r.definition')
      .select(['w.name', 'd.body'])
      .where('w.project', '=', project)
      .where('w.removed', 'is', null)
      .where('w.name', 'in', mentioned.slice(at, at + 500))
      .execute();
    for (const { name, body } of found) {
      const { inputs, outputs } = JSON.parse(body) as WorkflowDefinition;
      named.set(name, { inputs, outputs: Object.keys(outputs) });
    }
  }
  return { names, named };
}
