import { sql } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import type { NewEvent } from '../../model/event.ts';
import type { WriteContext } from '../../store/store.ts';

/**
 * A part of a transaction that may be refused without ending the whole: what it wrote and emitted until then is undone. Only
 * what is wrong about the order itself is taken for a refusal; trouble with the store ends the transaction.
 */
export async function attempt<T>(
  context: WriteContext,
  work: (inner: WriteContext) => Promise<T>,
): Promise<{ value: T } | { refused: SentinelError }> {
  const { tx } = context;
  const events: NewEvent[] = [];
  const later: (() => void)[] = [];
  await sql`savepoint attempt`.execute(tx);
  let value: T;
  try {
    const emit = (event: NewEvent) => void events.push(event);
    value = await work({ ...context, emit, afterCommit: (then: () => void) => void later.push(then) });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await sql`rollback to savepoint attempt`.execute(tx);
    await sql`release savepoint attempt`.execute(tx);
    return { refused: error };
  }
  await sql`release savepoint attempt`.execute(tx);
  for (const event of events) context.emit(event);
  for (const then of later) context.afterCommit(then);
  return { value };
}

/** Something is wrong about what was asked for, and will be again; not with the store or the machine. */
export function isRefusal(error: unknown): error is SentinelError {
  return error instanceof SentinelError && error.status >= 400 && error.status < 500;
}
