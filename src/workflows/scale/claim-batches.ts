import type { Claimed, Order } from '../engine/claim.ts';
import { isAway } from '../engine/facts-queue.ts';
import type { Prepared } from '../engine/prepare.ts';
import type { ReadyStep } from '../engine/ready-steps.ts';
import { type Entry, entryOf, type RunState } from '../state/run-state.ts';

const BATCH = 100;

interface Waiting {
  pick: ReadyStep;
  done(claimed: Claimed | null): void;
  failed(error: unknown): void;
}

/** Jobs come one by one; the steps of all that have come meanwhile are taken in one transaction. */
export function createClaimBatches(parts: {
  peek(ids: readonly string[]): Promise<RunState[]>;
  prepare(state: RunState, entry: Entry): Promise<Prepared>;
  claim(orders: readonly Order[]): Promise<Claimed[]>;
}) {
  let waiting: Waiting[] = [];
  let working = false;

  async function work(): Promise<void> {
    working = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      await take(batch);
    }
    working = false;
  }

  async function take(batch: readonly Waiting[]): Promise<void> {
    try {
      const claimed = await claimAll(batch.map(({ pick }) => pick));
      for (const one of batch) {
        const key = keyOf(one.pick);
        one.done(claimed.get(key) ?? null);
        // Of two jobs of one step (a queue that was restarted gives one again) only one does it.
        claimed.delete(key);
      }
    } catch (error) {
      // One that cannot be taken must not keep the others.
      if (batch.length > 1 && !isAway(error)) for (const one of batch) await take([one]);
      else for (const one of batch) one.failed(error);
    }
  }

  async function claimAll(picks: readonly ReadyStep[]): Promise<Map<string, Claimed>> {
    const ids = [...new Set(picks.map((pick) => pick.run))];
    const states = new Map((await parts.peek(ids)).map((state) => [state.id, state]));
    const orders: Order[] = [];
    await Promise.all(
      picks.map(async (pick) => {
        const state = states.get(pick.run);
        const entry = state && entryOf(state, pick.name, pick.item);
        // A job of a step that somebody else has, or that is over, is refused before anything is done for it.
        if (!state || entry?.fence !== pick.fence) return;
        orders.push({ pick, prepared: await parts.prepare(state, entry) });
      }),
    );
    if (orders.length === 0) return new Map();
    return new Map((await parts.claim(orders)).map((one) => [keyOf(pickOf(one)), one]));
  }

  return (pick: ReadyStep): Promise<Claimed | null> =>
    new Promise((done, failed) => {
      waiting.push({ pick, done, failed });
      // In the next turn, so that jobs of one answer of the queue come together.
      if (!working) setImmediate(() => void (working || work()));
    });
}

function pickOf(claimed: Claimed): Omit<ReadyStep, 'fence'> {
  if (claimed.kind === 'operation') return { run: claimed.run, name: claimed.step, item: claimed.item };
  const { workflow_run: run, workflow_step: name, workflow_item: item } = claimed.row;
  return { run: run ?? '', name: name ?? '', item: Number(item ?? -1) };
}

function keyOf({ run, name, item }: Omit<ReadyStep, 'fence'>): string {
  return `${run}:${name}:${item}`;
}
