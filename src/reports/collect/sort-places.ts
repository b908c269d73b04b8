import { setImmediate as turn } from 'node:timers/promises';

/** A finding in the list of a report, before it is read. */
export interface Place {
  id: string;
  rank: number;
  place: string;
  sections: readonly number[];
}

/** So many are sorted at once: 5 to 10 ms. */
const RUN = 8_000;

/** Most severe first, then by place with numbers as numbers: the order of every report. The event loop is never kept for long. */
export async function sortPlaces(places: readonly Place[]): Promise<Place[]> {
  let runs: Keyed[][] = [];
  for (let from = 0; from < places.length; from += RUN) {
    runs.push(
      places
        .slice(from, from + RUN)
        .map(withKey)
        .sort(byKey),
    );
    await turn();
  }
  while (runs.length > 1) {
    const merged: Keyed[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [a = [], b] = runs.slice(at, at + 2);
      merged.push(b ? await merge(a, b) : a);
    }
    runs = merged;
  }
  return (runs[0] ?? []).map(({ of }) => of);
}

interface Keyed {
  key: string;
  of: Place;
}

function withKey(of: Place): Keyed {
  const place = of.place.replace(/\d+/g, (digits) => digits.slice(0, 12).padStart(12, '0'));
  return { key: `${of.rank}${place}\0${of.id}`, of };
}

function byKey(a: Keyed, b: Keyed): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

async function merge(a: readonly Keyed[], b: readonly Keyed[]): Promise<Keyed[]> {
  const all: Keyed[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (right === undefined || (left !== undefined && byKey(left, right) <= 0)) {
      if (left) all.push(left);
      i += 1;
    } else {
      all.push(right);
      j += 1;
    }
    if (all.length % RUN === 0) await turn();
  }
  return all;
}
