import { AsyncLocalStorage } from 'node:async_hooks';
import type { NewEvent } from '../model/event.ts';

type Cause = NonNullable<NewEvent['cause']>;

const causing = new AsyncLocalStorage<Cause>();

/** Events that `work` stores, wherever in it, say what they come from: so that no workflow goes on starting itself. */
export function withCause<T>(cause: Cause, work: () => Promise<T>): Promise<T> {
  return causing.run(cause, work);
}

export function currentCause(): Cause | undefined {
  return causing.getStore();
}
