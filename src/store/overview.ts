import { type Kysely, sql } from 'kysely';
import { idFloor } from '../lib/ids.ts';
import { SEVERITIES, type Severity } from '../model/severity.ts';
import type { Database } from './schema.ts';

/** Of what time counts are made; both ends in ms, the first included. */
export interface Span {
  project: string;
  /** Only in this one. */
  asset?: string | undefined;
  from: number;
  to: number;
}

const DAY_MS = 86_400_000;

export type BySeverity = Record<Severity, number>;
export interface FindingDay {
  /** Its beginning, UTC. */
  day: number;
  opened: BySeverity;
  closed: BySeverity;
  /** At its end. */
  open: BySeverity;
}

/**
 * What was opened and closed on each day (UTC), and what was open at its end, counted back from what is open now. Two range
 * scans of an index and one of the open ones: the cost goes with the changes in the span, not with all findings.
 */
export async function findingDays(db: Kysely<Database>, span: Span): Promise<FindingDay[]> {
  const [open, opened, closed] = await Promise.all([
    openBySeverity(db, span),
    changesByDay(db, span, 'first_seen'),
    changesByDay(db, span, 'closed'),
  ]);
  const days: FindingDay[] = [];
  const first = Math.floor(span.from / DAY_MS);
  for (let day = Math.floor((span.to - 1) / DAY_MS); day >= first; day--) {
    const one = { opened: opened.get(day) ?? none(), closed: closed.get(day) ?? none() };
    days.unshift({ day: day * DAY_MS, ...one, open: { ...open } });
    for (const severity of SEVERITIES) open[severity] += one.closed[severity] - one.opened[severity];
  }
  return days;
}

async function openBySeverity(
  db: Kysely<Database>,
  { project, asset }: Pick<Span, 'project' | 'asset'>,
): Promise<BySeverity> {
  const rows = await db
    .selectFrom('finding')
    .select(['severity_rank', (e) => e.fn.countAll<number>().as('count')])
    .where('project', '=', project)
    .where('status', 'in', ['open', 'confirmed'])
    .$if(asset !== undefined, (query) => query.where('asset', '=', asset ?? ''))
    .groupBy('severity_rank')
    .execute();
  const counts = none();
  for (const row of rows) add(counts, row.severity_rank, row.count);
  return counts;
}

async function changesByDay(
  db: Kysely<Database>,
  { project, asset, from, to }: Span,
  column: 'first_seen' | 'closed',
): Promise<Map<number, BySeverity>> {
  // Written out: PostgreSQL would take a parameter for another expression than the one that it groups by.
  const day = sql<number>`${sql.ref(column)} / ${sql.lit(DAY_MS)}`;
  const rows = await db
    .selectFrom('finding')
    .select(['severity_rank', day.as('day'), (e) => e.fn.countAll<number>().as('count')])
    .where('project', '=', project)
    .where(column, '>=', from)
    .where(column, '<', to)
    .$if(asset !== undefined, (query) => query.where('asset', '=', asset ?? ''))
    .groupBy([day, 'severity_rank'])
    .execute();
  const days = new Map<number, BySeverity>();
  for (const row of rows) {
    const at = Number(row.day);
    const counts = days.get(at) ?? none();
    add(counts, row.severity_rank, row.count);
    days.set(at, counts);
  }
  return days;
}

/** Runs that were made from this time on, by task and state. */
export async function runCounts(
  db: Kysely<Database>,
  { project, asset, from }: Pick<Span, 'project' | 'asset' | 'from'>,
): Promise<{ task: string; status: string; count: number }[]> {
  const rows = await db
    .selectFrom('run')
    .select(['task', 'status', (e) => e.fn.countAll<number>().as('count')])
    .where('project', '=', project)
    .where('id', '>=', idFloor('run', from))
    .$if(asset !== undefined, (query) => query.where('asset', '=', asset ?? ''))
    .groupBy(['task', 'status'])
    .execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

function add(counts: BySeverity, rank: number, count: number): void {
  const severity = SEVERITIES[rank];
  if (severity !== undefined) counts[severity] += Number(count);
}

function none(): BySeverity {
  return { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
}
