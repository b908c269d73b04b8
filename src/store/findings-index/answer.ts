import {
  type Facets,
  type FacetsRequest,
  type Hide,
  type IdsRequest,
  type ListRequest,
  ROW_FACETS,
  SORT_COLUMNS,
  withoutHidden,
} from './filter.ts';
import { type Lookups, type Match, match } from './match.ts';
import type { Numbers, Projection, State } from './projection.ts';
import { rangeColumn, snoozedAt, workIn } from './work.ts';

/** Rows of the page, in order. */
export function listRows(projection: Projection, request: ListRequest, lookups: Lookups): number[] {
  const matched = matchShown(projection, request, lookups);
  const { state } = projection;
  return firstSlots(state, matched, request).map((slot) => state.rowids[slot] as number);
}

/** Ids that fit, in their order. */
export function listIds(projection: Projection, request: IdsRequest, lookups: Lookups): string[] {
  const matched = matchShown(projection, request, lookups);
  const { state } = projection;
  const after = request.after === undefined ? undefined : ([0, request.after] as const);
  const order = { keyOf: () => 0, idSign: 1, after, limit: request.limit };
  return firstOf(state, matched, order).map((slot) => state.ids.get(slot));
}

function matchShown(projection: Projection, request: ListRequest | IdsRequest, lookups: Lookups): Match {
  const filter = withoutHidden(request.filter, request.hide);
  return match(projection, { project: request.project, filter, lookups });
}

/** Group by group: what a group has in common is counted once. */
export function countFacets(projection: Projection, request: FacetsRequest, lookups: Lookups): Facets {
  const { bits, mask, wanted } = match(projection, { ...request, lookups });
  const { state } = projection;
  const { groups, columns } = state;
  const ofGroup = new Uint32Array(groups.size);
  const ofWork = new Uint32Array(state.work.of.size);
  const { group, work, clock } = columns;
  const hiding = hidingOf(state, request.hide);
  let total = 0;
  for (let slot = 0; slot < bits.length; slot++) {
    if (((bits[slot] as number) & mask) !== wanted) continue;
    const ofSlot = work[slot] as number;
    if (hiding?.hides(ofSlot, clock[slot] as number)) continue;
    const number = group[slot] as number;
    ofGroup[number] = (ofGroup[number] as number) + 1;
    ofWork[ofSlot] = (ofWork[ofSlot] as number) + 1;
    total++;
  }
  const counts = Object.fromEntries(
    ROW_FACETS.map((field) =>
      field === 'assignee'
        ? [field, byName(state.work.assignees, state.work.assignee, ofWork)]
        : [field, byName(groups.names[field], groups.fields[field], ofGroup)],
    ),
  ) as Facets['counts'];
  counts.label = byLabel(state.work.labels, ofWork);
  return { total, counts, hidden: hiding?.counts ?? { suppressed: 0, snoozed: 0, merged: 0, any: 0 } };
}

function byName({ names }: Numbers, numbers: readonly number[], counted: Uint32Array): [string, number][] {
  const ofName = new Float64Array(names.length);
  for (let number = 0; number < counted.length; number++) {
    const name = numbers[number] as number;
    ofName[name] = (ofName[name] as number) + (counted[number] as number);
  }
  return mostFirst(names.map((name, number): [string, number] => [name, ofName[number] as number]));
}

function byLabel(labels: readonly (readonly string[])[], counted: Uint32Array): [string, number][] {
  const found = new Map<string, number>();
  labels.forEach((list, number) => {
    for (const label of list) found.set(label, (found.get(label) ?? 0) + (counted[number] as number));
  });
  return mostFirst([...found]);
}

function mostFirst(counts: [string, number][]): [string, number][] {
  return counts.filter(([, count]) => count > 0).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** What is left out of the counts is counted by itself. */
function hidingOf(state: State, hide: Hide | undefined) {
  if (!hide || hide.states.length === 0) return undefined;
  const of = (name: Hide['states'][number]) =>
    hide.states.includes(name) ? workIn(state.work, name) : new Uint8Array(state.work.of.size);
  const suppressed = of('suppressed');
  const merged = of('merged');
  const snoozed = hide.states.includes('snoozed')
    ? snoozedAt(state.clocks, hide.now)
    : new Uint8Array(state.clocks.of.size);
  const counts = { suppressed: 0, snoozed: 0, merged: 0, any: 0 };
  return {
    counts,
    hides(work: number, clock: number): boolean {
      const [bySuppression, byMerge, bySnooze] = [suppressed[work], merged[work], snoozed[clock]];
      if (bySuppression === 0 && byMerge === 0 && bySnooze === 0) return false;
      counts.suppressed += bySuppression ?? 0;
      counts.merged += byMerge ?? 0;
      counts.snoozed += bySnooze ?? 0;
      counts.any++;
      return true;
    },
  };
}

interface Order {
  /** Lower comes first. */
  keyOf(slot: number): number;
  idSign: number;
  after: readonly [number, string] | undefined;
  limit: number;
}

function firstSlots(state: State, matched: Match, request: ListRequest): number[] {
  const { order, ids } = SORT_COLUMNS[request.sort];
  const { column, keys } = sortKeys(state, request.sort);
  const sign = order === 'asc' ? 1 : -1;
  return firstOf(state, matched, {
    keyOf: (slot) => sign * (keys[column[slot] as number] as number),
    idSign: ids === 'asc' ? 1 : -1,
    after: request.after && [sign * request.after[0], request.after[1]],
    limit: request.limit,
  });
}

/** The first `limit` slots in the order of the list behind `after`: one pass with a heap whose root is the last of them. */
function firstOf(
  state: State,
  { bits, mask, wanted }: Match,
  { keyOf, idSign, after, limit }: Order,
): number[] {
  const isBefore = (a: number, b: number) => {
    const difference = keyOf(a) - keyOf(b);
    return difference !== 0 ? difference < 0 : idSign * state.ids.compare(a, b) < 0;
  };
  const afterKey = after ? after[0] : Number.NEGATIVE_INFINITY;
  const toAfterId = after ? state.ids.comparer(after[1]) : () => idSign;
  const heap: number[] = [];
  const consider = (slot: number) => {
    if (((bits[slot] as number) & mask) !== wanted) return;
    const key = keyOf(slot);
    if (key < afterKey || (key === afterKey && idSign * toAfterId(slot) <= 0)) return;
    if (heap.length < limit) push(heap, slot, isBefore);
    else if (isBefore(slot, heap[0] as number)) replaceRoot(heap, slot, isBefore);
  };
  // Ids mostly go up with the rows: in their own direction, most of what comes late is refused at once.
  if (idSign > 0) for (let slot = 0; slot < bits.length; slot++) consider(slot);
  else for (let slot = bits.length - 1; slot >= 0; slot--) consider(slot);
  return heap.sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

function sortKeys(state: State, sort: ListRequest['sort']): { column: Uint32Array; keys: ArrayLike<number> } {
  if (sort === 'severity') {
    const { names, fields } = state.groups;
    const ranks = names.severity_rank.names.map(Number);
    const keys = new Uint8Array(fields.severity_rank.length);
    for (let group = 0; group < keys.length; group++)
      keys[group] = ranks[fields.severity_rank[group] as number] as number;
    return { column: state.columns.group, keys };
  }
  if (sort === 'priority' || sort === 'due') {
    const { absent } = SORT_COLUMNS[sort];
    const { column, values } = rangeColumn(state, sort);
    return { column: state.columns[column], keys: values.map((value) => value ?? absent) };
  }
  const column = sort === 'last-seen' ? state.columns.last : state.columns.first;
  return { column, keys: state.moments.times };
}

type IsBefore = (a: number, b: number) => boolean;

function push(heap: number[], slot: number, isBefore: IsBefore): void {
  let at = heap.push(slot) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[parent] as number, slot)) return;
    heap[at] = heap[parent] as number;
    heap[parent] = slot;
    at = parent;
  }
}

function replaceRoot(heap: number[], slot: number, isBefore: IsBefore): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child] as number, heap[child + 1] as number)) child++;
    if (!isBefore(slot, heap[child] as number)) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = slot;
}
