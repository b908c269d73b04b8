import type { Role } from '../../engine/instance.ts';
import { DEAD_MS, instancesAlive } from '../../engine/instance.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { WorkflowCarrier } from '../../model/workflow.ts';
import type { Store, WriteContext } from '../../store/store.ts';

const UNFINISHED = ['queued', 'running', 'waiting', 'cancelling'];

export interface Carried {
  carrier: string | null;
}

/**
 * Who goes on with a run. Servers do with all of them; without one it is the process of the command line that started it, whose
 * id stands in the row, and when that is gone nobody does until a command takes it over.
 */
export function createCarrying({ store, instance, role }: { store: Store; instance: string; role: Role }) {
  async function carrierOf({ carrier }: Carried): Promise<WorkflowCarrier> {
    if (role !== 'cli') return 'server';
    const alive = await instancesAlive(store.db, DEAD_MS, store.dialect);
    if (alive.some((one) => one.role === 'server')) return 'server';
    if (carrier === instance) return 'here';
    return alive.some((one) => one.id === carrier) ? 'elsewhere' : 'nobody';
  }

  /** The run that started this one, and that one's, as long as they have not ended: they go on together. */
  async function rootOf(id: string): Promise<string> {
    for (let root = id; ; ) {
      const parent = await store.db
        .selectFrom('workflow_run as child')
        .innerJoin('workflow_run as parent', 'parent.id', 'child.parent_run')
        .select('parent.id')
        .where('child.id', '=', root)
        .where('parent.status', 'in', UNFINISHED)
        .executeTakeFirst();
      if (!parent) return root;
      root = parent.id;
    }
  }

  /** In a transaction: of the run and of what it started, those that have not ended are ours from now on. */
  async function takeOver({ tx }: WriteContext, run: { id: string } & Carried): Promise<string[]> {
    const taken: string[] = [];
    const result = await tx
      .updateTable('workflow_run')
      .set({ carrier: instance })
      .where('id', '=', run.id)
      .where('carrier', run.carrier === null ? 'is' : '=', run.carrier)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n)
      throw new SentinelError('not-possible-now', `Another process has just taken the run ${run.id} over.`);
    for (let level = [run.id]; level.length > 0; ) {
      taken.push(...level);
      const children = await tx
        .updateTable('workflow_run')
        .set({ carrier: instance })
        .where('parent_run', 'in', level)
        .where('status', 'in', UNFINISHED)
        .returning('id')
        .execute();
      level = children.map((child) => child.id);
    }
    return taken;
  }

  return {
    carrierOf,
    rootOf,
    takeOver,
    /** With the row, so that no process that dies leaves a run of which nobody knows whose it was. */
    mark(context: WriteContext, id: string): void {
      context.defer(context.tx.updateTable('workflow_run').set({ carrier: instance }).where('id', '=', id));
    },
  };
}
