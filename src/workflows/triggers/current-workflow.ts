import type { Kysely } from 'kysely';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';

export interface CurrentWorkflow {
  id: string;
  name: string;
  revision: number;
  definition: WorkflowDefinition;
}

/** What would run now; undefined when the workflow was removed. */
export async function currentWorkflow(
  db: Kysely<Database>,
  id: string,
): Promise<CurrentWorkflow | undefined> {
  const row = await db
    .selectFrom('workflow as w')
    .innerJoin('workflow_revision as r', (join) =>
      join.onRef('r.workflow', '=', 'w.id').onRef('r.revision', '=', 'w.revision'),
    )
    .innerJoin('workflow_definition as d', 'd.hash', 'r.definition')
    .select(['w.id', 'w.name', 'w.revision', 'd.body'])
    .where('w.id', '=', id)
    .where('w.removed', 'is', null)
    .executeTakeFirst();
  if (!row) return undefined;
  const { id: found, name, revision, body } = row;
  return { id: found, name, revision: Number(revision), definition: JSON.parse(body) as WorkflowDefinition };
}
