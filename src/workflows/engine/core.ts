import type { Catalogue } from '../../engine/catalogue.ts';
import type { RunEnded } from '../../engine/run-ended.ts';
import type { Store } from '../../store/store.ts';
import { ended, type Outcome } from '../state/facts.ts';
import { entryOf } from '../state/run-state.ts';
import { createDecider } from './activate.ts';
import { createChange } from './change.ts';
import { createFactsQueue } from './facts-queue.ts';
import { openStates } from './load.ts';
import { createStart } from './start.ts';

export type Core = ReturnType<typeof createCore>;

/**
 * What moves runs on. It stands before the engine, whose runs end in it, so that what a dead process left can be recorded while the
 * engine starts; whoever does the steps connects afterwards.
 */
export function createCore({ store, catalogue }: { store: Store; catalogue: Catalogue }) {
  const listeners = { wake: () => {}, due: (_time: number) => {}, cancel: (_runs: readonly string[]) => {} };
  const states = openStates(store.dialect);
  const change = createChange({
    store,
    states,
    decider: createDecider(catalogue),
    later: (children) => listeners.cancel(children),
    wake: () => listeners.wake(),
    due: (time) => listeners.due(time),
  });
  const facts = createFactsQueue({ store, change });
  const startInside = createStart({ states, change });

  /** Recorded in the transaction in which the run of the task ends. */
  const runEnded: RunEnded = async (context, row, end) => {
    if (row.workflow_run === null || row.workflow_step === null) return;
    const { workflow_step: step, workflow_item: item } = row;
    await change(context, [row.workflow_run], (state) => {
      const entry = entryOf(state, step, Number(item ?? -1));
      if (entry?.taskRun !== row.id || entry.status !== 'running') return;
      ended(state, entry, { outcome: outcomeOf(end), now: Date.now() });
    });
  };

  return {
    states,
    change,
    facts,
    startInside,
    runEnded,
    /** A run has left its place. */
    placesFree: () => listeners.wake(),
    connect(to: Partial<typeof listeners>): void {
      Object.assign(listeners, to);
    },
  };
}

function outcomeOf(end: Parameters<RunEnded>[2]): Outcome {
  const result = { status: end.status, ...(end.counts ? { counts: end.counts } : {}) };
  const { status } = end;
  if (status === 'done' || status === 'partial') return { status, output: end.output, result, error: null };
  if (status === 'interrupted') return { status, result, error: end.error };
  if (status === 'cancelled') return { status, result, error: end.error };
  return { status: 'failed', result, error: end.error };
}
