import { setImmediate as turn } from 'node:timers/promises';
import type { FindingEvent } from '../../plugin/task.ts';
import { type Prepared, prepareFindings } from './prepare.ts';
import type { IngestScope } from './scope.ts';

/** Findings of one transaction: about 30 ms of the writer, so that a person who writes beside it waits no longer than that. */
export const CHUNK = 400;
/** Findings that are prepared without a pause: 4 ms, in which nobody else has a turn. */
const SLICE = 100;

/** Stores findings chunk by chunk; while the store works on one, the next is prepared. */
export async function ingestInChunks(
  scope: IngestScope,
  findings: readonly FindingEvent<string>[],
  store: (items: readonly Prepared[]) => Promise<unknown>,
): Promise<void> {
  let next = await prepared(scope, findings.slice(0, CHUNK));
  for (let at = CHUNK; next.length > 0; at += CHUNK) {
    const storing = store(next);
    // It may fail while the next chunk is prepared; that is thrown below.
    storing.catch(() => undefined);
    next = await prepared(scope, findings.slice(at, at + CHUNK));
    await storing;
  }
}

async function prepared(scope: IngestScope, chunk: readonly FindingEvent<string>[]): Promise<Prepared[]> {
  const items: Prepared[] = [];
  for (let at = 0; at < chunk.length; at += SLICE) {
    if (at > 0) await turn();
    items.push(...prepareFindings(scope, chunk.slice(at, at + SLICE)));
  }
  return items;
}
