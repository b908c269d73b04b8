import type { Kysely } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { ReadyStep } from '../engine/ready-steps.ts';

export interface QueuedStep extends ReadyStep {
  requirement: string;
  priority: number;
}

/** Steps that were handed to the queues and that nobody has taken. Never many: the backlog of a queue is bounded. */
export async function queuedSteps(db: Kysely<Database>): Promise<QueuedStep[]> {
  const rows = await db
    .selectFrom('workflow_step')
    .select(['run', 'name', 'item', 'fence', 'requirement', 'priority'])
    .where('status', '=', 'queued')
    .where('instance', 'is', null)
    .execute();
  return rows.map((row) => ({
    ...row,
    item: Number(row.item),
    fence: Number(row.fence),
    priority: Number(row.priority),
  }));
}
