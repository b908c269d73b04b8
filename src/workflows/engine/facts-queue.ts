import type { Store } from '../../store/store.ts';
import type { RunState } from '../state/run-state.ts';
import type { Change } from './change.ts';

const BATCH = 200;
const RETRY_MS = 500;

interface Fact {
  run: string;
  apply(state: RunState): void;
  done(): void;
  failed(error: unknown): void;
}

/** Facts that come one by one are stored together: one transaction takes all that have come meanwhile. */
export function createFactsQueue({ store, change }: { store: Store; change: Change }) {
  let waiting: Fact[] = [];
  let working: Promise<void> | undefined;
  let closing = false;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const facts = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      await keep(facts);
    }
    working = undefined;
  }

  async function keep(facts: readonly Fact[]): Promise<void> {
    try {
      await store.write({ lane: 'run', label: 'workflow.facts' }, (context) =>
        change(context, [...new Set(facts.map((fact) => fact.run))], (state) => {
          for (const fact of facts) if (fact.run === state.id) fact.apply(state);
        }),
      );
      for (const fact of facts) fact.done();
    } catch (error) {
      // One that cannot be stored must not take the others with it; a store that is away comes back.
      if (facts.length > 1) for (const fact of facts) await keep([fact]);
      else if (isAway(error) && !closing) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        await keep(facts);
      } else facts[0]?.failed(error);
    }
  }

  return {
    add(run: string, apply: (state: RunState) => void): Promise<void> {
      return new Promise((done, failed) => {
        waiting.push({ run, apply, done, failed });
        working ??= Promise.resolve().then(work);
      });
    },
    async close(): Promise<void> {
      closing = true;
      await working;
    },
  };
}

/** The store does not answer now. */
export function isAway(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'store-unavailable' || code === 'disk-full';
}
