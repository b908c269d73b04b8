import { sql, type Transaction } from 'kysely';
import type { Location } from '../../model/location.ts';
import type { Database } from '../../store/schema.ts';
import { FINGERPRINT_VERSION, identityOf } from '../identity.ts';
import { fingerprintsV1 } from '../identity-v1.ts';
import { type Known, type KnownByPrint, lookUp } from './known.ts';
import type { Prepared } from './prepare.ts';
import { createReported } from './reported.ts';
import type { IngestScope, MatchedBy } from './scope.ts';
import { pairSiblings } from './siblings.ts';

export interface Matched {
  item: Prepared;
  before: Known;
  by: MatchedBy;
}

export interface Sorted {
  fresh: Prepared[];
  matched: Matched[];
  /** The same bug under another id, reported by this run before: `item.id` says which finding. */
  again: Prepared[];
  /** What was found besides, for merging with other tools. */
  others: KnownByPrint;
}

/** Which of the reported findings are known. From then on `item.id` is the id of its finding, and the run has taken it. */
export async function matchAll(
  tx: Transaction<Database>,
  scope: IngestScope,
  items: readonly Prepared[],
): Promise<Sorted> {
  const matched: Matched[] = [];
  const take = (item: Prepared, before: Known, by: MatchedBy) => {
    item.id = before.id;
    scope.taken.add(before.id);
    matched.push({ item, before, by });
  };
  const unknown = await matchPlaces(tx, scope, { items, take });
  const sorted: Sorted = { fresh: [], matched, again: [], others: new Map() };
  const reported = createReported(scope);
  if (unknown.length === 0 && !reported.isNeeded(items)) return sorted;
  for (const { item } of matched) reported.add(item);
  const ways = await otherWays(tx, scope, unknown);
  sorted.others = await lookUp(
    tx,
    scope.dialect,
    ways.flatMap((way) => way.map(({ value }) => value)),
  );
  unknown.forEach((item, index) => {
    const free = (value: string) =>
      (sorted.others.get(value) ?? []).filter((one) => one.task === item.tool && !scope.taken.has(one.id));
    const hit = firstHit(ways[index] ?? [], { item, free, scope });
    const before = hit ? undefined : reported.find(item);
    if (hit) take(item, hit.before, hit.by);
    else if (before === undefined) {
      sorted.fresh.push(item);
      scope.taken.add(item.id);
    } else {
      item.id = before;
      sorted.again.push(item);
    }
    reported.add(item);
  });
  return sorted;
}

/** By rule, place and key, as almost all are; returns the others. */
async function matchPlaces(
  tx: Transaction<Database>,
  scope: IngestScope,
  { items, take }: { items: readonly Prepared[]; take(item: Prepared, before: Known, by: MatchedBy): void },
): Promise<Prepared[]> {
  const known = await lookUp(
    tx,
    scope.dialect,
    items.map((item) => item.moved.value),
  );
  if (known.size === 0) return [...items];
  const groups = Map.groupBy(items, (item) => item.moved.value);
  const done = new Set<Prepared>();
  for (const [value, group] of groups) {
    const free = (known.get(value) ?? []).filter((one) => !scope.taken.has(one.id));
    if (free.length === 0) continue;
    for (const { item, before, exact } of pairSiblings(group, free)) {
      take(item, before, exact ? 'exact' : 'moved');
      done.add(item);
    }
  }
  return items.filter((item) => !done.has(item));
}

interface Way {
  value: string;
  by: MatchedBy | 'weakness';
}

/** In the order in which they count. */
async function otherWays(
  tx: Transaction<Database>,
  scope: IngestScope,
  items: readonly Prepared[],
): Promise<Way[][]> {
  const identity = identityOf(scope.key);
  const older = await hasOlder(tx, items.length);
  const looks = scope.placeGone !== undefined && scope.matching.renamed;
  return items.map((item) => {
    const { input, event, rule } = item;
    const ways: Way[] = [];
    const add = (by: Way['by'], prints: readonly { value: string }[]) => {
      for (const { value } of prints) ways.push({ value, by });
    };
    if (event.toolPrints) add('tool', identity.tool(input, event.toolPrints));
    add(
      'alias',
      item.shared().filter(({ kind }) => kind === 'alias'),
    );
    for (const former of rule.replaces ?? []) {
      const before = { ...input, rule: former };
      add('upgraded', [identity.moved(before)]);
      if (event.toolPrints) add('upgraded', identity.tool(before, event.toolPrints));
      if (older) add('upgraded', fingerprintsV1(identity.keyed, before).slice(0, 2));
    }
    if (older) add('older', fingerprintsV1(identity.keyed, input).slice(0, 2));
    if (looks) {
      add('renamed', identity.renamed(input));
      for (const former of rule.replaces ?? []) add('renamed', identity.renamed({ ...input, rule: former }));
      if (older) add('renamed', fingerprintsV1(identity.keyed, input).slice(2));
    }
    if (scope.matching.crossTool)
      add(
        'weakness',
        item.shared().filter(({ kind }) => kind === 'weakness'),
      );
    return ways;
  });
}

/** Findings with prints of a former version: an index holds only these. */
async function hasOlder(tx: Transaction<Database>, items: number): Promise<boolean> {
  if (items === 0) return false;
  const version = sql.raw(String(FINGERPRINT_VERSION));
  const { rows } = await sql`select 1 from finding_fingerprint where version < ${version} limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

function firstHit(
  ways: readonly Way[],
  { item, free, scope }: { item: Prepared; free(value: string): Known[]; scope: IngestScope },
): { before: Known; by: MatchedBy } | undefined {
  for (const { value, by } of ways) {
    if (by === 'weakness') continue;
    const before = free(value).find((one) => fits(one, { item, by, scope }));
    if (before) return { before, by };
  }
  return undefined;
}

function fits(
  one: Known,
  { item, by, scope }: { item: Prepared; by: MatchedBy; scope: IngestScope },
): boolean {
  if (by !== 'renamed' && by !== 'alias') return true;
  const at = JSON.parse(one.location) as Location;
  if (by === 'renamed') return scope.placeGone?.(at) ?? false;
  // Of one rule its tool has told them apart itself, by their key: the same bug in several paths.
  if (at.kind !== 'package' || item.at.kind !== 'package') return false;
  return at.manifest === item.at.manifest && one.rule !== item.event.rule;
}
