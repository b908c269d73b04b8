import { sql } from 'kysely';
import type { DiffSection } from '../../model/diff-section.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { jsonRows } from '../../store/bulk.ts';
import { countFindings, listFindings } from '../../store/findings.ts';
import type { Facets, Filter } from '../../store/findings-index/filter.ts';
import type { Store } from '../../store/store.ts';
import { type Changes, changesSince } from './changes-between.ts';
import {
  type After,
  compareRanked,
  type Diff,
  isBehind,
  listOfEntries,
  type Ranked,
  type SectionList,
  type Was,
} from './sections.ts';

export interface TimesOrder {
  project: string;
  from: number;
  to: number;
  now: number;
  /** Only of this asset; everything when null. */
  asset: string | null;
}

const BATCH = 2_000;
const OPEN = ['open', 'confirmed'];

/**
 * The findings of a project at two moments. What has no history behind a moment is as it is now, and is counted by the index of the
 * lists; only what changed is looked at by itself.
 */
export async function diffTimes(store: Store, order: TimesOrder): Promise<Diff> {
  const { project, from, to, now } = order;
  const beginning = openSeen(order, null, from);
  const between = openSeen(order, from, to);
  // The thread of the index counts while the store reads what changed.
  const [known, added, changes] = await Promise.all([
    countOpen(store, order, beginning),
    countOpen(store, order, between),
    changesSince(store.db, { project, from, mid: to, to: now }),
  ]);
  const changed = await readChanged(store, order, changes.since);
  const sorted = sortChanged(changed, { ...changes, order });
  const still = steady(store, order, {
    filter: beginning,
    counts: known,
    changed: changed.filter((row) => row.firstSeen <= from),
    also: sorted.still,
  });
  const fresh = steady(store, order, {
    filter: between,
    counts: added,
    changed: changed.filter((row) => row.firstSeen > from && row.firstSeen <= to),
    also: sorted.new,
  });
  return {
    new: fresh,
    still,
    fixed: listOfEntries(sorted.fixed),
    changed: listOfEntries(sorted.changed),
    dismissed: listOfEntries(sorted.dismissed),
    'not-looked-at': listOfEntries([]),
  };
}

interface ChangedRow {
  id: string;
  rank: number;
  status: string;
  firstSeen: number;
  hidden: boolean;
}

async function readChanged(
  store: Store,
  { project, asset }: TimesOrder,
  since: Changes,
): Promise<ChangedRow[]> {
  const ids = [...since.keys()];
  const found: ChangedRow[] = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    const given = jsonRows(
      store.dialect,
      { id: 'text' },
      ids.slice(at, at + BATCH).map((id) => ({ id })),
    );
    const rows = store.db
      .selectFrom('finding')
      .select(['id', 'project', 'asset', 'status', 'severity_rank', 'first_seen', 'hidden_by', 'merged_into'])
      // Not by project and asset as well: SQLite would take their index and read far more.
      .where(sql<boolean>`id in (${given})`);
    for (const row of await rows.execute()) {
      if (row.project !== project || (asset !== null && row.asset !== asset)) continue;
      found.push({
        id: row.id,
        rank: Number(row.severity_rank),
        status: row.status,
        firstSeen: Number(row.first_seen),
        hidden: row.hidden_by !== null || row.merged_into !== null,
      });
    }
  }
  return found;
}

/** What was different at one of both moments, by what it was at each. */
function sortChanged(
  rows: readonly ChangedRow[],
  { since, later, order }: { since: Changes; later: Changes; order: TimesOrder },
): Record<Exclude<DiffSection, 'not-looked-at'>, Ranked[]> {
  const sections = {
    new: [] as Ranked[],
    fixed: [] as Ranked[],
    changed: [] as Ranked[],
    still: [] as Ranked[],
    dismissed: [] as Ranked[],
  };
  for (const row of rows) {
    if (row.firstSeen > order.to || row.hidden) continue;
    const atEnd = { ...row, ...later.get(row.id) };
    const before = row.firstSeen > order.from ? null : { status: row.status, ...since.get(row.id) };
    const rank = atEnd.severity === undefined ? row.rank : SEVERITIES.indexOf(atEnd.severity as Severity);
    const was = wasOf(before, since.get(row.id), atEnd);
    const entry = { id: row.id, rank, was };
    const wasOpen = before !== null && OPEN.includes(before.status ?? '');
    if (OPEN.includes(atEnd.status)) {
      if (!wasOpen) sections.new.push(entry);
      else if (was === null) sections.still.push(entry);
      else sections.changed.push(entry);
    } else if (atEnd.status === 'fixed') {
      if (wasOpen) sections.fixed.push(entry);
    } else if (before === null || before.status !== atEnd.status) sections.dismissed.push(entry);
  }
  return sections;
}

function wasOf(before: Was | null, since: Was | undefined, atEnd: Was): Was | null {
  if (before === null) return null;
  const was: Was = {
    ...(before.status !== undefined && before.status !== atEnd.status && { status: before.status }),
    ...(since?.severity !== undefined && since.severity !== atEnd.severity && { severity: since.severity }),
    ...(since?.place !== undefined && since.place !== atEnd.place && { place: since.place }),
  };
  return Object.keys(was).length === 0 ? null : was;
}

/** Open now, and first seen in a span whose start is not in it and whose end is. */
function openSeen({ asset }: TimesOrder, from: number | null, to: number): Filter {
  return [
    { not: false, any: [{ is: 'equal', column: 'status', values: OPEN }] },
    {
      not: false,
      any: [{ is: 'seen', column: 'first_seen', from: from === null ? null : from + 1, to: to + 1 }],
    },
    ...(asset === null ? [] : [{ not: false, any: [{ is: 'asset' as const, text: asset }] }]),
  ];
}

function countOpen(store: Store, { project, now }: TimesOrder, filter: Filter): Promise<Facets> {
  return countFindings(store, { project, filter, hide: hideAt(now) });
}

function hideAt(now: number) {
  return { states: ['suppressed' as const, 'merged' as const], now };
}

interface Steady {
  filter: Filter;
  counts: Facets;
  changed: readonly ChangedRow[];
  also: readonly Ranked[];
}

/** What the filter counts, without those that changed, and with those that belong here all the same. */
function steady(
  store: Store,
  { project, now }: TimesOrder,
  { filter, counts: { counts }, changed, also }: Steady,
): SectionList {
  const hide = hideAt(now);
  const added = listOfEntries(also);
  const bySeverity = Object.fromEntries(
    SEVERITIES.map((name) => [name, counts.severity.find(([value]) => value === name)?.[1] ?? 0]),
  ) as Record<Severity, number>;
  const taken = changed.filter((row) => OPEN.includes(row.status) && !row.hidden);
  for (const { rank } of taken) bySeverity[SEVERITIES[rank] as Severity] -= 1;
  for (const name of SEVERITIES) bySeverity[name] += added.bySeverity[name];
  const away = new Set(taken.map(({ id }) => id));
  return {
    bySeverity,
    total: SEVERITIES.reduce((sum, name) => sum + bySeverity[name], 0),
    async page(after, limit) {
      const further = await added.page(after, limit);
      const listed = await listSteady(after, limit);
      return [...further, ...listed].sort(compareRanked).slice(0, limit);
    },
  };

  async function listSteady(after: After | undefined, limit: number): Promise<Ranked[]> {
    const found: Ranked[] = [];
    let from = after;
    while (found.length < limit) {
      const rows = await listFindings(store, {
        project,
        filter,
        hide,
        sort: 'severity',
        after: from && [from[0], from[1]],
        limit,
      });
      for (const row of rows) {
        const entry = { id: row.id, rank: Number(row.severity_rank), was: null };
        if (!away.has(row.id) && (!after || isBehind(entry, after))) found.push(entry);
      }
      const last = rows.at(-1);
      if (!last || rows.length < limit) break;
      from = [Number(last.severity_rank), last.id];
    }
    return found.slice(0, limit);
  }
}
