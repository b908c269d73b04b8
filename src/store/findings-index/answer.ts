import { FACETS, type Facets, type FacetsRequest, type ListRequest, SORT_COLUMNS } from './filter.ts';
import { type Lookups, type Match, match } from './match.ts';
import type { Projection, State } from './projection.ts';

/** Rows of the page, in order. */
export function listRows(projection: Projection, request: ListRequest, lookups: Lookups): number[] {
  const matched = match(projection, { ...request, lookups });
  const { state } = projection;
  return firstSlots(state, matched, request).map((slot) => state.rowids[slot] as number);
}

/** Group by group: what a group has in common is counted once. */
export function countFacets(projection: Projection, request: FacetsRequest, lookups: Lookups): Facets {
  const { bits, mask, wanted } = match(projection, { ...request, lookups });
  const { groups, columns } = projection.state;
  const ofGroup = new Uint32Array(groups.size);
  const group = columns.group;
  let total = 0;
  for (let slot = 0; slot < bits.length; slot++) {
    if (((bits[slot] as number) & mask) !== wanted) continue;
    const number = group[slot] as number;
    ofGroup[number] = (ofGroup[number] as number) + 1;
    total++;
  }
  const counts = Object.fromEntries(
    FACETS.map((field) => {
      const { names } = groups.names[field];
      const ofName = new Float64Array(names.length);
      const numbers = groups.fields[field];
      for (let number = 0; number < ofGroup.length; number++) {
        const name = numbers[number] as number;
        ofName[name] = (ofName[name] as number) + (ofGroup[number] as number);
      }
      const found = names
        .map((name, number): [string, number] => [name, ofName[number] as number])
        .filter(([, count]) => count > 0);
      return [field, found.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))];
    }),
  ) as Facets['counts'];
  return { total, counts };
}

/** The first `limit` slots in the order of the list behind `after`: one pass with a heap whose root is the last of them. */
function firstSlots(state: State, { bits, mask, wanted }: Match, request: ListRequest): number[] {
  const { order, ids } = SORT_COLUMNS[request.sort];
  const { column, keys } = sortKeys(state, request.sort);
  const sign = order === 'asc' ? 1 : -1;
  const idSign = ids === 'asc' ? 1 : -1;
  const keyOf = (slot: number) => sign * (keys[column[slot] as number] as number);
  const isBefore = (a: number, b: number) => {
    const difference = keyOf(a) - keyOf(b);
    return difference !== 0 ? difference < 0 : idSign * state.ids.compare(a, b) < 0;
  };
  const afterKey = request.after ? sign * request.after[0] : Number.NEGATIVE_INFINITY;
  const toAfterId = request.after ? state.ids.comparer(request.after[1]) : () => idSign;
  const heap: number[] = [];
  const consider = (slot: number) => {
    if (((bits[slot] as number) & mask) !== wanted) return;
    const key = keyOf(slot);
    if (key < afterKey || (key === afterKey && idSign * toAfterId(slot) <= 0)) return;
    if (heap.length < request.limit) push(heap, slot, isBefore);
    else if (isBefore(slot, heap[0] as number)) replaceRoot(heap, slot, isBefore);
  };
  // Ids mostly go up with the rows: in their own direction, most of what comes late is refused at once.
  if (ids === 'asc') for (let slot = 0; slot < bits.length; slot++) consider(slot);
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
