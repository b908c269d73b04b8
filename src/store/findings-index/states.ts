import { FINDING_STATUSES } from '../../model/finding.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { countOf, wordsOf } from './packed-ids.ts';
import type { State } from './projection.ts';

export interface StatesRequest {
  project: string;
  /** Sorted, 16 bytes each. */
  ids: Uint8Array;
}

/** By place in the request: which of the statuses and severities; 255 where the project has no such finding. */
export interface FindingStates {
  status: Uint8Array;
  severity: Uint8Array;
  /** 1 where a suppression hides it. */
  hidden: Uint8Array;
}

export const NO_STATE = 255;

/** Slots in the order of their ids: they come in it but for what was written at the same time. */
const orders = new WeakMap<State, { size: number; order: Uint32Array }>();

/** What a comparison of scans needs of each finding, without a row being read. */
export function statesOf(state: State, { project, ids }: StatesRequest): FindingStates {
  const count = countOf(ids);
  const answer = {
    status: new Uint8Array(count).fill(NO_STATE),
    severity: new Uint8Array(count).fill(NO_STATE),
    hidden: new Uint8Array(count),
  };
  const order = orderOf(state);
  const { groups, columns } = state;
  const wanted = groups.names.project.of.get(project);
  const statuses = groups.names.status.names.map((name) =>
    (FINDING_STATUSES as readonly string[]).indexOf(name),
  );
  const severities = groups.names.severity.names.map((name) =>
    (SEVERITIES as readonly string[]).indexOf(name),
  );
  const words = wordsOf(ids);
  let from = 0;
  for (let index = 0; index < count; index++) {
    const place = search(order, from, (slot) => state.ids.compareWords(slot, words, index * 4));
    if (place < 0) continue;
    from = place;
    const slot = order[place] as number;
    const group = columns.group[slot] as number;
    if (groups.fields.project[group] !== wanted) continue;
    answer.status[index] = statuses[groups.fields.status[group] as number] ?? NO_STATE;
    answer.severity[index] = severities[groups.fields.severity[group] as number] ?? NO_STATE;
    if (state.work.hiddenBy[columns.work[slot] as number] !== '') answer.hidden[index] = 1;
  }
  return answer;
}

function orderOf(state: State): Uint32Array {
  const known = orders.get(state);
  if (known && known.size === state.size) return known.order;
  const order = new Uint32Array(state.size);
  let sorted = true;
  for (let slot = 0; slot < state.size; slot++) {
    order[slot] = slot;
    if (slot > 0 && sorted && state.ids.compare(slot - 1, slot) > 0) sorted = false;
  }
  if (!sorted) order.sort((a, b) => state.ids.compare(a, b));
  orders.set(state, { size: state.size, order });
  return order;
}

/** The ids of a request are sorted and mostly near each other: steps that double from the last one, then halves. */
function search(order: Uint32Array, from: number, compare: (slot: number) => number): number {
  let step = 1;
  let low = from;
  while (low + step < order.length && compare(order[low + step] as number) < 0) {
    low += step;
    step *= 2;
  }
  let high = Math.min(order.length - 1, low + step);
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const difference = compare(order[middle] as number);
    if (difference === 0) return middle;
    if (difference < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
