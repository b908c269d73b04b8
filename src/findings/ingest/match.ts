import type { Location } from '../../model/location.ts';
import type { Fingerprints } from '../identity.ts';
import { hex, type Known, type KnownByPrint } from './known.ts';
import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';

export interface Matched {
  item: Prepared;
  before: Known;
}

/** Each finding with the known one that it is, or as new; both know from then on that it is taken. */
export function matchAll(
  items: readonly Prepared[],
  known: KnownByPrint,
  scope: IngestScope,
): (Known | undefined)[] {
  return items.map((item) => {
    const before = match(item, known, scope);
    if (before) item.id = before.id;
    scope.taken.add(item.id);
    return before;
  });
}

/** Exact before moved before renamed; a finding that this run has matched already is not matched again. */
function match(item: Prepared, known: KnownByPrint, scope: IngestScope): Known | undefined {
  const free = (kind: keyof Fingerprints) => {
    const value = item.prints[kind];
    return value
      ? (known.get(`${kind}:${hex(value)}`) ?? []).filter((entry) => !scope.taken.has(entry.id))
      : [];
  };
  return (
    free('exact')[0] ??
    free('moved')[0] ??
    free('renamed').find((entry) => scope.placeGone(JSON.parse(entry.location) as Location))
  );
}
