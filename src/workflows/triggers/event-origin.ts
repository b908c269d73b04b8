import type { Kysely } from 'kysely';
import { MOST_DEPTH } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import type { LogEvent } from './log-event.ts';

export interface Origin {
  /** Of a run that this event starts: 0 when no workflow stands behind the event. */
  depth: number;
  /** The workflows in whose run it happened, outer ones too. */
  workflows: readonly string[];
}

/** Which workflows stand behind an event: so that none goes on starting itself. */
export async function originOf(db: Kysely<Database>, event: LogEvent): Promise<Origin> {
  const workflows: string[] = [];
  let depth = event.depth ?? -1;
  let id = event.workflowRun;
  for (let level = 0; id !== null && level <= MOST_DEPTH; level += 1) {
    const run = await db
      .selectFrom('workflow_run')
      .select(['workflow', 'depth', 'parent_run'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!run) break;
    depth = Math.max(depth, Number(run.depth));
    if (run.workflow !== null) workflows.push(run.workflow);
    id = run.parent_run;
  }
  return { depth: depth + 1, workflows };
}

/** Why an event must not start this workflow, in words. */
export function loopReason(
  { depth, workflows }: Origin,
  workflow: { id: string; name: string },
): string | null {
  if (workflows.includes(workflow.id))
    return `${workflow.name} would start itself with an event of its own run.`;
  if (depth > MOST_DEPTH)
    return `${workflow.name} would be the ${depth}th workflow in a row that starts another; ${MOST_DEPTH} are the most.`;
  return null;
}
