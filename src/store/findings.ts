import type { Kysely } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import type { Finding, FindingSummary } from '../model/finding.ts';
import { type RuleText, ruleTags } from '../model/rule.ts';
import type { Facets, FacetsRequest, ListRequest } from './findings-index/filter.ts';
import type { FindingRow } from './findings-index/row.ts';
import { facetsBySql, listBySql } from './findings-index/sql.ts';
import { listByStatus, statusesOf } from './findings-index/status-pages.ts';
import type { Database } from './schema.ts';
import type { Store } from './store.ts';

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

/** A page of findings; its cost goes with the page or, with a filter, is that of the index in its own thread. */
export function listFindings(store: Store, request: ListRequest): Promise<FindingRow[]> {
  if (!store.findings) return listBySql(store.db, request);
  const statuses = statusesOf(request);
  return statuses ? listByStatus(store.db, request, statuses) : store.findings.list(request);
}

/** Exact counts of everything that fits the filter. */
export function countFindings(store: Store, request: FacetsRequest): Promise<Facets> {
  return store.findings ? store.findings.facets(request) : facetsBySql(store.db, request);
}

export async function assetNames(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('asset').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
