import { FINDING_STATUSES } from '../../model/finding.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { compareWords, countOf, idAt, wordsOf } from '../../store/findings-index/packed-ids.ts';
import type { FindingStates } from '../../store/findings-index/states.ts';
import type { Store } from '../../store/store.ts';
import { type Changes, changesBetween } from './changes-between.ts';
import { type ComparedRun, sortGone } from './gone.ts';
import { readStates } from './read-states.ts';
import {
  type Diff,
  isBehind,
  listOfEntries,
  noCounts,
  type Ranked,
  type SectionList,
  type Was,
} from './sections.ts';

export interface RunSide extends ComparedRun {
  created: number;
  ended: number;
  /** Sorted ids of what it saw. */
  set: Uint8Array;
}

/** Which statuses are decisions that it is nothing to do: they are neither new nor open. */
const DISMISSED = new Set(
  ['false-positive', 'risk-accepted', 'duplicate'].map((name) =>
    (FINDING_STATUSES as readonly string[]).indexOf(name),
  ),
);

/** Two runs, by what they saw; statuses are those of now. */
export async function diffRuns(
  store: Store,
  project: string,
  { older, newer }: { older: RunSide; newer: RunSide },
): Promise<Diff> {
  const { isNew, gone } = compareSets(older.set, newer.set);
  const [states, changes] = await Promise.all([
    readStates(store, project, newer.set),
    changesBetween(store.db, { project, from: older.ended, to: newer.ended }),
  ]);
  const sorted = await sortGone(store, { project, older, newer }, gone);
  const kinds = kindsOf({ set: newer.set, isNew, states, changes });
  const list = (kind: number) => sectionOf(newer.set, states, { kinds, kind, changes });
  return {
    new: list(NEW),
    still: list(STILL),
    changed: list(CHANGED),
    dismissed: listOfEntries([...dismissedOf(newer.set, states, kinds), ...sorted.dismissed]),
    fixed: listOfEntries(sorted.fixed),
    'not-looked-at': listOfEntries(sorted.notLookedAt),
  };
}

const NEW = 1;
const STILL = 2;
const CHANGED = 3;
const DISMISSED_KIND = 4;

/** One pass over both sorted sets: which of the newer one are new, and which of the older one are gone. */
export function compareSets(older: Uint8Array, newer: Uint8Array): { isNew: Uint8Array; gone: string[] } {
  const [a, b] = [wordsOf(older), wordsOf(newer)];
  const [countA, countB] = [countOf(older), countOf(newer)];
  const isNew = new Uint8Array(countB);
  const gone: string[] = [];
  let [i, j] = [0, 0];
  while (i < countA || j < countB) {
    const difference = i >= countA ? 1 : j >= countB ? -1 : compareWords(a, i, b, j);
    if (difference === 0) {
      i += 1;
      j += 1;
    } else if (difference < 0) gone.push(idAt(older, i++));
    else isNew[j++] = 1;
  }
  return { isNew, gone };
}

function kindsOf({
  set,
  isNew,
  states,
  changes,
}: {
  set: Uint8Array;
  isNew: Uint8Array;
  states: FindingStates;
  changes: Changes;
}): Uint8Array {
  const kinds = new Uint8Array(isNew.length);
  for (let index = 0; index < kinds.length; index++) {
    // 255: it is not there any more, such as what an import brought that was undone.
    const status = states.status[index] as number;
    if (status === 255) continue;
    if (DISMISSED.has(status) || states.hidden[index] === 1) kinds[index] = DISMISSED_KIND;
    else kinds[index] = isNew[index] === 1 ? NEW : STILL;
  }
  for (const [index, id] of placesOf(set, [...changes.keys()]))
    if (kinds[index] === STILL && isChange(changes.get(id), states, index)) kinds[index] = CHANGED;
  return kinds;
}

/** That it was closed in between and came back is no change between the two. */
function isChange(was: Was | undefined, { status, severity }: FindingStates, index: number): boolean {
  if (was === undefined) return false;
  const differs = (before: string | undefined, now: string | undefined) =>
    before !== undefined && before !== now;
  return (
    was.place !== undefined ||
    differs(was.severity, SEVERITIES[severity[index] as number]) ||
    differs(was.status, FINDING_STATUSES[status[index] as number])
  );
}

function dismissedOf(set: Uint8Array, states: FindingStates, kinds: Uint8Array): Ranked[] {
  const found: Ranked[] = [];
  kinds.forEach((kind, index) => {
    if (kind === DISMISSED_KIND)
      found.push({ id: idAt(set, index), rank: states.severity[index] as number, was: null });
  });
  return found;
}

/** Where these ids stand in a sorted set. */
function* placesOf(set: Uint8Array, ids: readonly string[]): Generator<[number, string]> {
  const count = countOf(set);
  for (const id of ids) {
    let [low, high] = [0, count - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = idAt(set, middle);
      if (found === id) {
        yield [middle, id];
        break;
      }
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
  }
}

function sectionOf(
  set: Uint8Array,
  states: FindingStates,
  { kinds, kind, changes }: { kinds: Uint8Array; kind: number; changes: Changes },
): SectionList {
  const bySeverity = noCounts();
  let total = 0;
  for (let index = 0; index < kinds.length; index++) {
    if (kinds[index] !== kind) continue;
    total += 1;
    const severity = SEVERITIES[states.severity[index] as number];
    if (severity) bySeverity[severity] += 1;
  }
  return {
    total,
    bySeverity,
    async page(after, limit) {
      const entries = [];
      for (let rank = after?.[0] ?? 0; rank < SEVERITIES.length && entries.length < limit; rank++)
        for (let index = kinds.length - 1; index >= 0 && entries.length < limit; index--) {
          if (kinds[index] !== kind || states.severity[index] !== rank) continue;
          const id = idAt(set, index);
          if (after && !isBehind({ id, rank }, after)) continue;
          entries.push({ id, rank, was: changes.get(id) ?? null });
        }
      return entries;
    },
  };
}
