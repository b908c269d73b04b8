/** Which element shows a row, and where the row stands in the list. */
export interface Placed {
  slot: number;
  index: number;
}

export type Slots = ReadonlyMap<string, Placed>;

/**
 * Gives each row an element, by number: a row keeps its own, and those that are new take the elements of those that have gone. To change
 * the words of an element is several times cheaper than to make one. The element `held` (it has the focus) never becomes another row.
 */
export function slotsFor(
  before: Slots,
  rows: readonly { key: string; index: number }[],
  held?: number,
): Map<string, Placed> {
  const after = new Map<string, Placed>();
  const taken = new Set<number>();
  const homeless: { key: string; index: number }[] = [];
  for (const row of rows) {
    const own = before.get(row.key);
    if (!own || taken.has(own.slot)) homeless.push(row);
    else {
      taken.add(own.slot);
      after.set(row.key, { slot: own.slot, index: row.index });
    }
  }
  if (homeless.length === 0) return after;
  const known = [...before.values()].map(({ slot }) => slot);
  const free = known.filter((slot) => !taken.has(slot) && slot !== held).sort((a, b) => a - b);
  let fresh = Math.max(-1, ...known) + 1;
  for (const { key, index } of homeless) {
    // The server may tell of a row twice when others write meanwhile.
    const name = after.has(key) ? `${key} ${index}` : key;
    after.set(name, { slot: free.shift() ?? fresh++, index });
  }
  return after;
}
