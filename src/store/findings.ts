import type { Kysely } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import type { Finding, FindingSummary } from '../model/finding.ts';
import { type RuleText, ruleTags } from '../model/rule.ts';
import type { Facets, FacetsRequest, IdsRequest, ListRequest } from './findings-index/filter.ts';
import type { FindingRow } from './findings-index/row.ts';
import { facetsBySql, hiddenBySql, idsBySql, listBySql } from './findings-index/sql.ts';
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
    assignee: row.assignee,
    snooze:
      row.snooze_until === null && row.snooze_rank === null
        ? null
        : { until: row.snooze_until, orWorse: row.snooze_rank !== null },
    hiddenBy: row.hidden_by,
    mergedInto: row.merged_into,
    acceptUntil: row.accept_until,
    ownSeverity: row.own_severity as FindingSummary['ownSeverity'],
    priority: row.priority,
    due: row.due,
    closed: row.closed,
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
    labels: (await labelsOf(db, [id])).get(id) ?? [],
    toolSeverity: row.tool_severity as Finding['toolSeverity'],
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

/** How much of what fits is left out of a list: from an index of the database, or from where that list comes from. */
export async function countHidden(store: Store, request: FacetsRequest): Promise<Facets['hidden']> {
  const plain = statusesOf({ ...request, sort: 'severity', limit: 1 }) !== undefined;
  if (store.findings && !plain) return (await store.findings.facets(request)).hidden;
  return hiddenBySql(store.db, request, store.dialect);
}

/** Ids of what fits, in their order: a page of them for work on all. */
export function findingIds(store: Store, request: IdsRequest): Promise<string[]> {
  return store.findings ? store.findings.ids(request) : idsBySql(store.db, request);
}

export async function labelsOf(
  db: Kysely<Database>,
  findings: readonly string[],
): Promise<Map<string, string[]>> {
  const labels = new Map<string, string[]>();
  if (findings.length === 0) return labels;
  const rows = await db
    .selectFrom('finding_label')
    .select(['finding', 'label'])
    .where('finding', 'in', findings)
    .orderBy('label')
    .execute();
  for (const { finding, label } of rows) labels.set(finding, [...(labels.get(finding) ?? []), label]);
  return labels;
}

export async function loginsOf(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('user_account').select(['id', 'login']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, login }) => [id, login]));
}

export async function assetNames(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('asset').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
