import type { Location } from '../../model/location.ts';
import { spotOf } from '../place.ts';
import type { Known } from './known.ts';
import type { Prepared } from './prepare.ts';

export interface Pair {
  item: Prepared;
  before: Known;
  /** Line, or version, are the same, too. */
  exact: boolean;
}

/**
 * Findings of one rule with one key at one place have the same fingerprint. When as many come as are known, they are the same in
 * their order, wherever the lines went. Else those that stand where one stood stay it, and the others follow in order.
 */
export function pairSiblings(items: readonly Prepared[], known: readonly Known[]): Pair[] {
  const [item, before] = [items[0], known[0]];
  if (items.length === 1 && known.length === 1 && item && before) return [pairOf(item, before)];
  const come = inOrder(items, (one) => spotOf(one.at));
  const there = inOrder(known, (one) => spotOf(JSON.parse(one.location) as Location));
  if (come.length === there.length) return come.map((one, index) => pairOf(one, there[index] as Known));
  const pairs: Pair[] = [];
  const free = new Set(there);
  const atSpot = new Map<string | number, Known[]>();
  for (const one of there) {
    const spot = spotOf(JSON.parse(one.location) as Location);
    atSpot.set(spot, [...(atSpot.get(spot) ?? []), one]);
  }
  const rest: Prepared[] = [];
  for (const one of come) {
    const same = atSpot.get(spotOf(one.at))?.shift();
    if (same) {
      free.delete(same);
      pairs.push(pairOf(one, same));
    } else rest.push(one);
  }
  const left = [...free];
  for (const one of rest) {
    const next = left.shift();
    if (next) pairs.push(pairOf(one, next));
  }
  return pairs;
}

function pairOf(item: Prepared, before: Known): Pair {
  const same = before.location === item.location;
  return { item, before, exact: same || spotOf(JSON.parse(before.location) as Location) === spotOf(item.at) };
}

function inOrder<T>(list: readonly T[], spot: (one: T) => string | number): T[] {
  const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
  return [...list].sort((a, b) => order(spot(a), spot(b)));
}
