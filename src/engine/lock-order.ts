import type { RunRow } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';

/**
 * On PostgreSQL rows are locked in one order, from the run of a workflow to the runs of its tasks, and from a workflow within a
 * workflow to the one around it. Who ends a run of a task takes the row of its workflow first: a cancel, which holds that and wants the
 * run, and an end, which holds the run and wants that, would wait for each other until the database undoes one.
 */
export async function lockWorkflowRun(
  { tx }: WriteContext,
  dialect: Store['dialect'],
  { workflow_run: id }: Pick<RunRow, 'workflow_run'>,
): Promise<void> {
  if (dialect !== 'postgres' || id === null) return;
  await tx.selectFrom('workflow_run').select('id').where('id', '=', id).forUpdate().execute();
}
