import { SentinelError } from '../../lib/errors.ts';
import { changeList } from '../../operations/change-sets.ts';
import type { Session } from '../session.ts';

/** A change that is to be taken back: by its id, by the end of it, or as `last`, which is the newest that can be. */
export async function resolveChange(session: Session, named: string): Promise<string> {
  if (named.startsWith('chg_')) return named;
  if (named === 'last') return lastUndoable(session);
  const { items } = await session.call(changeList, { query: { limit: 1000 } });
  const fitting = items.filter(({ id }) => id.endsWith(named));
  const [first] = fitting;
  if (!first || fitting.length > 1)
    throw new SentinelError(
      'not-found',
      `There is ${first ? 'more than one change that ends' : 'no change that ends'} in '${named}'. 'sentinelx findings changes' shows them.`,
    );
  return first.id;
}

/** What is over: empty changes, those that were undone, and suppressions, which end and are not undone. */
async function lastUndoable(session: Session): Promise<string> {
  for (let cursor: string | undefined; ; ) {
    const page = await session.call(changeList, { query: { limit: 1000, ...(cursor && { cursor }) } });
    const found = page.items.find(
      ({ kind, status, changed, undo }) =>
        kind !== 'suppression' && (status === 'done' || status === 'failed') && changed > 0 && undo === null,
    );
    if (found) return found.id;
    if (page.nextCursor === null)
      throw new SentinelError(
        'not-found',
        "There is no change that can be taken back. 'sentinelx findings changes' shows those that were made.",
      );
    cursor = page.nextCursor;
  }
}
