import { SentinelError } from '../lib/errors.ts';
import { findingLookup, runLookup } from '../operations/lookup.ts';
import { runList } from '../operations/runs.ts';
import type { Session } from './session.ts';

const NAMED_BY_END = /^[0-9a-f]{4,12}$/i;

/** The id of a run named in full, by its end, or as `last`. */
export async function resolveRun(session: Session, named: string): Promise<string> {
  if (named === 'last') {
    const [run] = (await session.call(runList, { query: { limit: 1 } })).items;
    if (!run) throw new SentinelError('not-found', 'There are no runs yet.');
    return run.id;
  }
  if (!NAMED_BY_END.test(named)) return named;
  return onlyOne((await session.call(runLookup, { query: { end: named } })).items, named, 'run');
}

export async function resolveFinding(session: Session, named: string): Promise<string> {
  if (!NAMED_BY_END.test(named)) return named;
  return onlyOne((await session.call(findingLookup, { query: { end: named } })).items, named, 'finding');
}

function onlyOne(items: readonly { id: string }[], end: string, kind: 'run' | 'finding'): string {
  if (items.length > 1)
    throw new SentinelError('not-found', `More than one ${kind} ends in ${end}. Name more of its id.`);
  const id = items[0]?.id;
  if (id === undefined)
    throw new SentinelError(
      'not-found',
      `There is no ${kind} that ends in ${end}. 'sentinelx ${kind}s list' shows them.`,
    );
  return id;
}
