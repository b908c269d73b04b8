import type { Kysely } from 'kysely';
import type { Engine } from '../../engine/engine.ts';
import type { Database } from '../../store/schema.ts';
import type { RunState } from '../state/run-state.ts';
import type { Where } from './activate.ts';
import type { Claimed, createClaim, Order } from './claim.ts';
import type { createPrepare } from './prepare.ts';
import { pickReady, type ReadyStep, requirementsReady } from './ready-steps.ts';
import { fits, whereOf } from './requirement.ts';

/** Steps at a time that take no place of the engine. Pooled ones wait for a process: more than there are, so that none of them waits. */
export const PLACES = { inside: 64, pooled: 16 };
/** Steps become ready in other processes, too. */
const LOOK_AGAIN_MS = 1_000;

/** Takes steps that are ready as far as this process has places for them. */
export function createDispatcher(parts: {
  db: Kysely<Database>;
  engine: Engine;
  peek(ids: readonly string[]): Promise<RunState[]>;
  prepare: ReturnType<typeof createPrepare>;
  claim: ReturnType<typeof createClaim>;
  execute(claimed: Claimed): Promise<void> | void;
  /** Of this process, as a worker. */
  labels: Readonly<Record<string, string>>;
  /** Null: steps of all runs; else those of these runs only. */
  only: ReadonlySet<string> | null;
  /** Steps with other requirements go through queues. */
  takes(requirement: string): boolean;
  failed(error: unknown): void;
}) {
  const taken = { inside: 0, pooled: 0 };
  let turn = 0;
  let wanted = false;
  let pumping: Promise<void> | undefined;
  let closing = false;
  const timer = setInterval(wake, LOOK_AGAIN_MS);
  timer.unref();

  function wake(): void {
    wanted = true;
    if (closing || pumping) return;
    pumping = pump()
      .catch(parts.failed)
      .finally(() => {
        pumping = undefined;
        if (wanted) setImmediate(wake);
      });
  }

  async function pump(): Promise<void> {
    while (wanted && !closing) {
      wanted = false;
      if (parts.only?.size === 0) return;
      for (const requirement of await requirementsReady(parts.db)) {
        if (!fits(requirement, parts.labels)) continue;
        const where = whereOf(requirement);
        if (!parts.takes(requirement)) continue;
        const limit = where === 'process' ? parts.engine.freePlaces() : PLACES[where] - taken[where];
        if (limit <= 0) continue;
        turn += 1;
        const picked = await pickReady(parts.db, { requirement, limit, turn, only: parts.only });
        if (picked.length === 0) continue;
        await take(picked, where);
        wanted = true;
      }
    }
  }

  async function take(picked: readonly ReadyStep[], where: Where): Promise<void> {
    const states = new Map(
      (await parts.peek([...new Set(picked.map((pick) => pick.run))])).map((state) => [state.id, state]),
    );
    const orders: Order[] = [];
    await Promise.all(
      picked.map(async (pick) => {
        const state = states.get(pick.run);
        const entry = pick.item < 0 ? state?.steps.get(pick.name) : state?.items.get(pick.name)?.[pick.item];
        if (state && entry) orders.push({ pick, prepared: await parts.prepare(state, entry) });
      }),
    );
    const claimed = await parts.claim(orders);
    for (const one of claimed) {
      if (where !== 'process') taken[where] += 1;
      void Promise.resolve(parts.execute(one))
        .catch(parts.failed)
        .finally(() => {
          if (where === 'process') return;
          taken[where] -= 1;
          wake();
        });
    }
  }

  return {
    wake,
    async close(): Promise<void> {
      closing = true;
      clearInterval(timer);
      await pumping;
    },
  };
}
