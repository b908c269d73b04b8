import { askToStop } from '../../engine/cancel-run.ts';
import type { WriteContext } from '../../store/store.ts';
import type { RunState } from '../state/run-state.ts';

/** Runs of tasks whose step is to end: their process is asked in the same transaction. */
export async function askTasksToStop(context: WriteContext, states: readonly RunState[]): Promise<void> {
  for (const state of states) {
    if (state.cancelTasks.length === 0) continue;
    const rows = await context.tx
      .selectFrom('run')
      .selectAll()
      .where('id', 'in', state.cancelTasks)
      .execute();
    for (const row of rows) await askToStop(context, row, state.principal);
  }
}
