import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Span } from './overview.ts';
import type { Database } from './schema.ts';

const HOUR_MS = 3_600_000;

/** `of` findings, half of them younger (or fixed faster) than `median` milliseconds; null when there are none. */
export interface Middle {
  of: number;
  median: number | null;
}

export interface FindingAges {
  /** Open now, and at the beginning of the span. */
  open: { now: Middle; before: Middle };
  /** Fixed in the span, and in one of the same length before it. */
  fixed: { now: Middle; before: Middle };
  points: { time: number; open: Middle; fixed: Middle }[];
}

/** So many steps of a trend tell something and can be drawn. */
const MOST_POINTS = 12;
const DAY_MS = 24 * HOUR_MS;

/**
 * How old what is open is, and how long what was fixed was open, from the hours in which findings came and went: two counts by
 * the database, whatever the number of points. Of what lists show: what is hidden now is left out everywhere.
 */
export async function findingAges(db: Kysely<Database>, span: Span & { now: number }): Promise<FindingAges> {
  const { from, to, now } = span;
  const length = to - from;
  const [open, closed] = await Promise.all([openHours(db, span), closedHours(db, span, from - length)]);

  const openAt = (time: number): Middle =>
    middle([
      ...open.filter(({ seen }) => seen <= time).map(({ seen, count }) => [time - seen, count] as const),
      ...closed
        .filter((one) => one.seen <= time && one.closed > time)
        .map(({ seen, count }) => [time - seen, count] as const),
    ]);
  const fixedIn = (first: number, beyond: number): Middle =>
    middle(
      closed
        .filter((one) => one.fixed && one.closed >= first && one.closed < beyond)
        .map(({ seen, closed: at, count }) => [at - seen, count] as const),
    );

  const step = Math.ceil(length / DAY_MS / MOST_POINTS) * DAY_MS;
  const points: FindingAges['points'] = [];
  for (let time = to; time > from; time -= step)
    points.unshift({
      time,
      open: openAt(Math.min(time, now)),
      fixed: fixedIn(Math.max(from, time - step), time),
    });
  return {
    open: { now: openAt(now), before: openAt(from) },
    fixed: { now: fixedIn(from, to), before: fixedIn(from - length, from) },
    points,
  };
}

/** The middle one of values that each stand for several. */
export function middle(values: readonly (readonly [value: number, count: number])[]): Middle {
  const of = values.reduce((sum, [, count]) => sum + count, 0);
  if (of === 0) return { of, median: null };
  const sorted = values.toSorted(([a], [b]) => a - b);
  const at = (place: number) => {
    let seen = 0;
    for (const [value, count] of sorted) {
      seen += count;
      if (seen > place) return value;
    }
    return 0;
  };
  return { of, median: Math.max(0, (at(Math.floor((of - 1) / 2)) + at(Math.floor(of / 2))) / 2) };
}

async function openHours(db: Kysely<Database>, span: Span & { now: number }) {
  const seen = hour('first_seen');
  const rows = await shown(db, span)
    .select([seen.as('seen'), (e) => e.fn.countAll<number>().as('count')])
    .where('status', 'in', ['open', 'confirmed'])
    .groupBy(seen)
    .execute();
  return rows.map((row) => ({ seen: Number(row.seen) * HOUR_MS, count: Number(row.count) }));
}

async function closedHours(db: Kysely<Database>, span: Span & { now: number }, since: number) {
  const seen = hour('first_seen');
  const closed = hour('closed');
  const fixed = sql<number>`case when status = 'fixed' then 1 else 0 end`;
  const rows = await shown(db, span)
    .select([
      seen.as('seen'),
      closed.as('closed'),
      fixed.as('fixed'),
      (e) => e.fn.countAll<number>().as('count'),
    ])
    .where('closed', '>=', since)
    .where('closed', '<', span.to)
    .groupBy([seen, closed, fixed])
    .execute();
  return rows.map((row) => ({
    seen: Number(row.seen) * HOUR_MS,
    closed: Number(row.closed) * HOUR_MS,
    fixed: Number(row.fixed) === 1,
    count: Number(row.count),
  }));
}

/** What the list of findings shows without being asked for more. */
function shown(
  db: Kysely<Database>,
  { project, asset, now }: Span & { now: number },
): SelectQueryBuilder<Database, 'finding', object> {
  return db
    .selectFrom('finding')
    .where('project', '=', project)
    .where('hidden_by', 'is', null)
    .where('merged_into', 'is', null)
    .where(sql<boolean>`not coalesce(snooze_until > ${now}, snooze_rank is not null)`)
    .$if(asset !== undefined, (query) => query.where('asset', '=', asset ?? ''));
}

/** Written out: PostgreSQL would take a parameter for another expression than the one that it groups by. */
function hour(column: 'first_seen' | 'closed') {
  return sql<number>`${sql.ref(column)} / ${sql.lit(HOUR_MS)}`;
}
