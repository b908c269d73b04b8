import { setImmediate as turn } from 'node:timers/promises';
import type { FindingEvent } from '../../plugin/task.ts';
import { type Prepared, prepareFindings } from './prepare.ts';
import type { IngestScope } from './scope.ts';

/**
 * A person who writes beside it waits for one transaction: as many findings go into the next as would take so long at the speed of the
 * last. Where nobody does, larger ones write each page of the tables less often.
 */
const BESIDE_PERSON_MS = 20;
const ALONE_MS = 150;
const FIRST = 200;
const FEWEST = 50;
const MOST = 2_000;
/** Findings that are prepared without a pause: 0.5 ms. The store waits for its next statement, and a person for each of theirs, no longer. */
const SLICE = 10;

/** Stores findings chunk by chunk; while the store works on one, the next is prepared. */
export function createIngest(
  scope: IngestScope,
  { store, personWrites }: { store(items: readonly Prepared[]): Promise<unknown>; personWrites(): boolean },
): (findings: readonly FindingEvent<string>[]) => Promise<void> {
  let size = FIRST;

  async function storeChunk(items: readonly Prepared[]): Promise<void> {
    const started = performance.now();
    await store(items);
    const wanted = personWrites() ? BESIDE_PERSON_MS : ALONE_MS;
    const fitting = (items.length * wanted) / (performance.now() - started);
    // A few say little about many.
    if (items.length >= FEWEST) size = Math.round(Math.min(MOST, Math.max(FEWEST, fitting)));
  }

  return async (findings) => {
    let at = 0;
    const prepareNext = () => {
      const from = at;
      at += size;
      return prepared(scope, findings.slice(from, at));
    };
    let next = await prepareNext();
    while (next.length > 0) {
      const storing = storeChunk(next);
      // It may fail while the next chunk is prepared; that is thrown below.
      storing.catch(() => undefined);
      next = await prepareNext();
      await storing;
    }
  };
}

async function prepared(scope: IngestScope, chunk: readonly FindingEvent<string>[]): Promise<Prepared[]> {
  const items: Prepared[] = [];
  for (let at = 0; at < chunk.length; at += SLICE) {
    if (at > 0) await turn();
    items.push(...prepareFindings(scope, chunk.slice(at, at + SLICE)));
  }
  return items;
}
