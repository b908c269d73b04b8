import type { Store, WriteContext } from '../../store/store.ts';
import { ended } from '../state/facts.ts';
import { entryOf, type RunState } from '../state/run-state.ts';
import { settle } from '../state/settle.ts';
import type { Decider } from './activate.ts';
import { askTasksToStop } from './ask-to-stop.ts';
import type { openStates } from './load.ts';
import { runOutputs } from './outputs.ts';
import { forgetChanges, saveStates } from './save.ts';

export type Apply = (state: RunState) => void | Promise<void>;
export type Change = ReturnType<typeof createChange>;

/**
 * The one way in which runs change: in a transaction the rows are read (or known), a fact is applied, what follows is settled, in
 * parents too, and everything that changed is stored. `later` gets what can only be done after the commit.
 */
export function createChange(parts: {
  store: Store;
  states: ReturnType<typeof openStates>;
  decider: Decider;
  /** Runs of workflows that are to be cancelled. */
  later(children: readonly string[]): void;
  /** Something may be ready now. */
  wake(): void;
  /** Something is due then. */
  due(time: number): void;
}) {
  const { store, states } = parts;
  /** Transactions in which a change was made and perhaps not sent yet. */
  const unflushed = new WeakSet<WriteContext>();

  return async function change(
    context: WriteContext,
    /** Ids, or states that were made in this transaction. */
    runs: readonly string[] | readonly RunState[],
    apply: Apply,
  ): Promise<RunState[]> {
    const all = new Map<string, RunState>();
    // An earlier change of the same transaction is to be read.
    if (unflushed.has(context)) await context.flush();
    unflushed.add(context);
    const first = await given(context, runs);
    for (const state of first) all.set(state.id, state);
    const open = [...first];
    for (const state of open) await apply(state);
    // Ends move parents on, and give their place to the next of their group: until nothing moves any more.
    for (let state = open.shift(); state; state = open.shift()) {
      const wasOpen = state.ended === null;
      await settle(state, parts.decider(context.tx, state));
      if (!wasOpen || state.ended === null) continue;
      await keepOutputs(context, state);
      await moveParent(context, state);
      await nextOfGroup(context, state);
    }
    await askTasksToStop(context, [...all.values()]);
    await saveStates(context, store.dialect, [...all.values()]);
    const anyReady = [...all.values()].some((state) =>
      [...state.touched].some((entry) => entry.status === 'ready'),
    );
    context.afterCommit(() => {
      const dues = [...all.values()].flatMap((state) => [
        ...[...state.touched].flatMap((entry) => entry.due ?? []),
        ...(state.deadline === null ? [] : [state.deadline]),
      ]);
      const children = [...all.values()].flatMap((state) => state.cancelChildren);
      forgetChanges([...all.values()]);
      states.put([...all.values()]);
      if (children.length > 0) parts.later(children);
      if (dues.length > 0) parts.due(Math.min(...dues));
      if (anyReady) parts.wake();
    });
    return first;

    async function also(id: string): Promise<RunState | undefined> {
      const known = all.get(id);
      if (known) return known;
      const [state] = await states.take(context.tx, [id]);
      if (state) all.set(id, state);
      return state;
    }

    async function moveParent(_context: WriteContext, child: RunState): Promise<void> {
      if (child.parent === null) return;
      const parent = await also(child.parent.run);
      const entry = parent && entryOf(parent, child.parent.step, child.parent.item);
      if (!parent || !entry || entry.childRun !== child.id || entry.status !== 'running') return;
      const status =
        child.status === 'done' || child.status === 'partial'
          ? child.status
          : child.status === 'cancelled'
            ? 'cancelled'
            : 'failed';
      ended(parent, entry, {
        outcome: {
          status,
          output: child.outputs ?? null,
          error: child.error,
          result: { status: child.status },
        },
        now: Date.now(),
      });
      open.push(parent);
    }

    async function nextOfGroup(_context: WriteContext, done: RunState): Promise<void> {
      const limit = done.definition.concurrency?.limit;
      if (done.slot === null || limit === undefined) return;
      const rows = await context.tx
        .selectFrom('workflow_run')
        .select(['id', 'section'])
        .where('slot', '=', done.slot)
        .where('status', 'in', ['queued', 'running', 'waiting', 'cancelling'])
        .where('id', '!=', done.id)
        .orderBy('id')
        .limit(limit + 50)
        .execute();
      const held = rows.filter((row) => row.section === 'held' && all.get(row.id)?.section !== 'steps');
      let room = limit - (rows.length - held.length);
      for (const row of held) {
        if (room <= 0) return;
        const next = await also(row.id);
        if (next?.section !== 'held' || next.ended !== null) continue;
        next.section = 'steps';
        next.changed = true;
        open.push(next);
        room -= 1;
      }
    }
  };

  async function given(
    context: WriteContext,
    runs: readonly string[] | readonly RunState[],
  ): Promise<RunState[]> {
    const ids = runs.filter((one): one is string => typeof one === 'string');
    const made = runs.filter((one): one is RunState => typeof one !== 'string');
    return [...made, ...(await states.take(context.tx, ids))];
  }

  async function keepOutputs(context: WriteContext, state: RunState): Promise<void> {
    const { outputs, error } = await runOutputs(context.tx, state);
    if (error !== null && state.error === null) {
      state.error = error;
      if (state.status === 'done' || state.status === 'partial') state.status = 'failed';
    }
    state.outputs = outputs;
  }
}
