import { type Kysely, type Selectable, sql } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import type { Finding, FindingSummary } from '../model/finding.ts';
import { type RuleText, ruleTags } from '../model/rule.ts';
import type { Database } from './schema.ts';

export type FindingRow = Selectable<Database['finding']>;

export function toSummary(row: FindingRow): FindingSummary {
  return {
    id: row.id,
    project: row.project,
    task: row.task,
    rule: row.rule,
    title: row.title,
    severity: row.severity as FindingSummary['severity'],
    confidence: row.confidence as FindingSummary['confidence'],
    status: row.status as FindingSummary['status'],
    location: JSON.parse(row.location),
    message: row.message,
    asset: row.asset,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    firstRun: row.first_run,
    lastRun: row.last_run,
  };
}

export async function getFinding(db: Kysely<Database>, id: string, project: string): Promise<Finding> {
  const row = await db
    .selectFrom('finding')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no finding ${id}.`);
  const rule = await db
    .selectFrom('rule')
    .select('text')
    .where('task', '=', row.task)
    .where('id', '=', row.rule)
    .executeTakeFirst();
  const asset = await db.selectFrom('asset').select('name').where('id', '=', row.asset).executeTakeFirst();
  const prints = await db
    .selectFrom('finding_fingerprint')
    .select(['kind', 'version', 'value'])
    .where('finding', '=', id)
    .orderBy('kind')
    .execute();
  const ruleText: RuleText = rule
    ? JSON.parse(rule.text)
    : { title: row.title, severity: row.severity, why: '', fix: '' };
  const detail = JSON.parse(row.detail);
  return {
    ...toSummary(row),
    evidence: detail.evidence,
    excerpt: detail.excerpt,
    flow: detail.flow,
    about: detail.about,
    related: detail.related,
    ruleText,
    tags: ruleTags(ruleText),
    assetName: asset?.name ?? '',
    fingerprints: prints.map((print) => ({
      kind: print.kind,
      version: print.version,
      value: Buffer.from(print.value).toString('hex'),
    })),
  };
}

export interface FindingFilter {
  project: string;
  severity?: readonly string[];
  status?: readonly string[];
  rule?: readonly string[];
  task?: readonly string[];
  run?: string;
  /** Every word must occur in title, message or place. */
  words?: readonly string[];
  /** Rank and id of the last one of the page before. */
  after?: readonly [number, string];
  limit: number;
}

/** Most severe first, then newest. */
export function listFindings(db: Kysely<Database>, filter: FindingFilter): Promise<FindingRow[]> {
  let query = db.selectFrom('finding').selectAll().where('project', '=', filter.project);
  if (filter.severity?.length) query = query.where('severity', 'in', filter.severity);
  if (filter.status?.length) query = query.where('status', 'in', filter.status);
  if (filter.rule?.length) query = query.where('rule', 'in', filter.rule);
  if (filter.task?.length) query = query.where('task', 'in', filter.task);
  if (filter.run !== undefined) query = query.where('last_run', '=', filter.run);
  for (const word of filter.words ?? []) {
    const pattern = `%${word.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    // SQLite has no escape character for `like` unless it is named.
    const hits = (['title', 'message', 'place'] as const).map(
      (column) => sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`,
    );
    query = query.where((e) => e.or(hits));
  }
  const after = filter.after;
  if (after)
    query = query.where((e) =>
      e.or([
        e('severity_rank', '>', after[0]),
        e.and([e('severity_rank', '=', after[0]), e('id', '<', after[1])]),
      ]),
    );
  return query.orderBy('severity_rank').orderBy('id', 'desc').limit(filter.limit).execute();
}
