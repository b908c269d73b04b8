import { SentinelError } from '../../lib/errors.ts';
import { changeList } from '../../operations/change-sets.ts';
import type { Session } from '../session.ts';

/** A change by its id, by the end of it, or as `last`. */
export async function resolveChange(session: Session, named: string): Promise<string> {
  if (named.startsWith('chg_')) return named;
  const { items } = await session.call(changeList, { query: { limit: 1000 } });
  const fitting = named === 'last' ? items.slice(0, 1) : items.filter(({ id }) => id.endsWith(named));
  const [first] = fitting;
  if (!first || fitting.length > 1)
    throw new SentinelError(
      'not-found',
      `There is ${first ? 'more than one change that ends' : 'no change that ends'} in '${named}'. 'sentinelx findings changes' shows them.`,
    );
  return first.id;
}
