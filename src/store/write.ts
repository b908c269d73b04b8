import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transaction } from 'kysely';
import { crashPoint } from '../lib/crash-point.ts';
import { SentinelError } from '../lib/errors.ts';
import { EVENT_TYPES, type NewEvent } from '../model/event.ts';
import type { Statement } from './bulk.ts';
import { currentCause } from './cause.ts';
import { eventStatements } from './events.ts';
import { executeAll } from './execute-all.ts';
import type { createLanes } from './lanes.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

export interface WriteParts {
  dialect: Store['dialect'];
  exclusive: ReturnType<typeof createLanes>;
  transact<T>(work: (tx: Transaction<Database>) => Promise<T>): Promise<T>;
  /** Waits until what was committed is on disk, where `transact` does not do so itself. */
  onDisk?(): Promise<void>;
  committed(): void;
}

/** A person who has written so lately may write again. */
const PERSON_MS = 2_000;

/** `Store.write`, the same on both databases. */
export function createWrite({
  dialect,
  exclusive,
  transact,
  onDisk,
  committed,
}: WriteParts): Pick<Store, 'write' | 'personWrites'> {
  const inside = new AsyncLocalStorage<{ open: boolean }>();
  let personWrote = Number.NEGATIVE_INFINITY;

  const write: Store['write'] = async (options, work) => {
    // What a write started without waiting for it may outlive it: only while it is open would the inner one wait for ever.
    if (inside.getStore()?.open)
      throw new SentinelError('internal', 'A write inside of a write would wait for itself: use its `tx`.');
    if (options.lane === 'interactive') personWrote = performance.now();
    const after: (() => void)[] = [];
    const result = await exclusive(options.lane, () =>
      transact(async (tx) => {
        const events: NewEvent[] = [];
        let deferred: Statement[] = [];
        const flush = async () => {
          const statements = deferred;
          deferred = [];
          await executeAll(tx, statements);
        };
        const state = { open: true };
        const emit = (event: NewEvent) => {
          if (!state.open)
            throw new SentinelError('internal', `${event.type} was emitted after its transaction.`);
          checkPayload(event);
          // Of operations only: what runs in the background may have been woken by anybody.
          const cause = event.cause ?? (options.lane === 'interactive' ? currentCause() : undefined);
          events.push(cause ? { ...event, cause } : event);
        };
        try {
          const value = await inside.run(state, () =>
            work({
              tx,
              emit,
              defer: (...statements) => void deferred.push(...statements),
              flush,
              afterCommit: (then) => void after.push(then),
            }),
          );
          deferred.push(...eventStatements(dialect, events));
          await flush();
          if (options.label) crashPoint(`commit.${options.label}.before`);
          return value;
        } finally {
          state.open = false;
        }
      }),
    );
    if (options.durable) await onDisk?.();
    if (options.label) crashPoint(`commit.${options.label}.after`);
    for (const then of after) then();
    committed();
    return result;
  };
  return { write, personWrites: () => performance.now() - personWrote < PERSON_MS };
}

/** A payload that is not what its type says would break every reader of the log, for ever. */
function checkPayload(event: NewEvent): void {
  const schema = Object.hasOwn(EVENT_TYPES, event.type) ? EVENT_TYPES[event.type] : undefined;
  if (!schema) throw new SentinelError('internal', `There is no event type ${event.type}.`);
  const parsed = schema.safeParse(event.data);
  if (parsed.success) return;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new SentinelError('internal', `The payload of ${event.type} is wrong: ${wrong}.`, {
    cause: parsed.error,
  });
}
