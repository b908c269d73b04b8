import { SentinelError } from '../lib/errors.ts';
import { hasEnded, type RunStatus } from '../model/run.ts';
import { NO_COUNTS, type RunRow } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';
import type { AlsoInIt } from './engine.ts';
import type { Principal } from './new-run.ts';

/** Says in the store that a run is to end; whoever runs it reads that there. */
export function cancelRun(
  store: Store,
  id: string,
  { principal, also }: { principal: Principal; also: AlsoInIt | undefined },
): Promise<RunStatus> {
  return store.write({ lane: 'interactive' }, async (context): Promise<RunStatus> => {
    const { tx, emit } = context;
    let query = tx
      .selectFrom('run')
      .selectAll()
      .where('id', '=', id)
      .where('project', '=', principal.project);
    // Else its end or its begin at this moment would be overwritten. SQLite has one writer.
    if (store.dialect === 'postgres') query = query.forUpdate();
    const row = await query.executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `There is no run ${id}.`);
    if (hasEnded(row.status as RunStatus))
      throw new SentinelError('run-not-active', `The run ${id} has ended already (${row.status}).`);
    await also?.(context, id);
    const envelope = { project: row.project, actor: principal.id, subject: id, run: id };
    if (row.status === 'queued') {
      await tx
        .updateTable('run')
        .set({ status: 'cancelled', ended: Date.now() })
        .where('id', '=', id)
        .execute();
      emit({
        ...envelope,
        type: 'run.ended',
        data: { status: 'cancelled', counts: NO_COUNTS, error: null },
      });
      return 'cancelled';
    }
    await askToStop(context, row, principal.id);
    return 'cancelling';
  });
}

/** Whoever runs it looks for this at every commit. */
export async function askToStop({ tx, emit }: WriteContext, row: RunRow, actor: string): Promise<void> {
  if (row.status !== 'running') return;
  const { numUpdatedRows } = await tx
    .updateTable('run')
    .set({ status: 'cancelling' })
    .where('id', '=', row.id)
    .where('status', '=', 'running')
    .executeTakeFirst();
  // It has ended at this moment.
  if (numUpdatedRows === 0n) return;
  emit({ type: 'run.cancelling', project: row.project, actor, subject: row.id, run: row.id, data: {} });
}
