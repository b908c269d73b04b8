import type { Kysely } from 'kysely';
import type { FindingStatus } from '../../model/finding.ts';
import type { RuleText } from '../../model/rule.ts';
import type { Confidence, Severity } from '../../model/severity.ts';
import type { Database } from '../../store/schema.ts';
import { type ReportDecision, type ReportFinding, ruleKey } from '../model.ts';
import type { Place } from './sort-places.ts';

const BATCH = 500;

/** What findings name and a report says once. */
export interface Names {
  rules: Record<string, RuleText>;
  assets: Record<string, string>;
}

/** The findings at these places, in their order, with everything that a report tells of them. One that is gone meanwhile is left out. */
export async function* readFindings(
  db: Kysely<Database>,
  places: readonly Place[],
  names: Names,
): AsyncGenerator<ReportFinding[]> {
  const people = await readPeople(db);
  for (let from = 0; from < places.length; from += BATCH) {
    const part = places.slice(from, from + BATCH);
    const found = await readBatch(
      db,
      part.map(({ id }) => id),
      people,
    );
    const list = part.flatMap(({ id, sections }) => {
      const finding = found.get(id);
      return finding ? [{ ...finding, sections: [...sections] }] : [];
    });
    await addNames(db, names, list);
    yield list;
  }
}

async function readBatch(
  db: Kysely<Database>,
  ids: readonly string[],
  people: ReadonlyMap<string, string>,
): Promise<Map<string, ReportFinding>> {
  const [rows, decisions, labels, prints] = await Promise.all([
    db.selectFrom('finding').selectAll().where('id', 'in', ids).execute(),
    db
      .selectFrom('decision')
      .select(['finding', 'time', 'actor', 'source', 'to_status', 'reason', 'comment'])
      .where('finding', 'in', ids)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('finding_label')
      .select(['finding', 'label'])
      .where('finding', 'in', ids)
      .orderBy('label')
      .execute(),
    db
      .selectFrom('finding_fingerprint')
      .select(['finding', 'kind', 'version', 'value'])
      .where('finding', 'in', ids)
      .execute(),
  ]);
  // The last one of a finding stays.
  const newest = new Map(decisions.map((row) => [row.finding, row]));
  const labelsOf = Map.groupBy(labels, (row) => row.finding);
  const printsOf = Map.groupBy(prints, (row) => row.finding);
  const named = (actor: string) => people.get(actor) ?? actor;
  return new Map(
    rows.map((row) => {
      const detail = JSON.parse(row.detail) as Pick<ReportFinding, 'evidence' | 'excerpt' | 'flow' | 'about'>;
      const decision = newest.get(row.id);
      const finding: ReportFinding = {
        id: row.id,
        task: row.task,
        rule: row.rule,
        title: row.title,
        severity: row.severity as Severity,
        confidence: row.confidence as Confidence,
        status: row.status as FindingStatus,
        location: JSON.parse(row.location),
        message: row.message,
        asset: row.asset,
        firstSeen: Number(row.first_seen),
        lastSeen: Number(row.last_seen),
        closed: numberOf(row.closed),
        evidence: detail.evidence ?? null,
        excerpt: detail.excerpt ?? null,
        flow: detail.flow ?? [],
        about: detail.about ?? [],
        assignee: row.assignee === null ? null : named(row.assignee),
        labels: (labelsOf.get(row.id) ?? []).map(({ label }) => label),
        due: numberOf(row.due),
        priority: numberOf(row.priority),
        decision: decision ? decisionOf(decision, numberOf(row.accept_until), named) : null,
        sections: [],
        change: null,
        before: null,
        prints: Object.fromEntries(
          (printsOf.get(row.id) ?? []).map((print) => [
            `${print.kind}/v${print.version}`,
            Buffer.from(print.value).toString('hex'),
          ]),
        ),
      };
      return [row.id, finding];
    }),
  );
}

function decisionOf(
  row: {
    time: number;
    actor: string;
    source: string;
    to_status: string;
    reason: string | null;
    comment: string | null;
  },
  acceptUntil: number | null,
  named: (actor: string) => string,
): ReportDecision {
  return {
    time: Number(row.time),
    actor: named(row.actor),
    source: row.source,
    status: row.to_status,
    reason: row.reason,
    comment: row.comment,
    until: row.to_status === 'risk-accepted' ? acceptUntil : null,
  };
}

async function addNames(db: Kysely<Database>, names: Names, list: readonly ReportFinding[]): Promise<void> {
  const assets = [...new Set(list.map(({ asset }) => asset))].filter((id) => names.assets[id] === undefined);
  if (assets.length > 0) {
    const rows = await db.selectFrom('asset').select(['id', 'name']).where('id', 'in', assets).execute();
    for (const { id, name } of rows) names.assets[id] = name;
  }
  const rules = Map.groupBy(
    list.filter((finding) => names.rules[ruleKey(finding)] === undefined),
    ({ task }) => task,
  );
  for (const [task, findings] of rules) {
    const ids = [...new Set(findings.map(({ rule }) => rule))];
    const rows = await db
      .selectFrom('rule')
      .select(['id', 'text'])
      .where('task', '=', task)
      .where('id', 'in', ids)
      .execute();
    for (const { id, text } of rows) names.rules[ruleKey({ task, rule: id })] = JSON.parse(text) as RuleText;
    for (const finding of findings)
      names.rules[ruleKey(finding)] ??= {
        title: finding.title,
        severity: finding.severity,
        why: '',
        fix: '',
      };
  }
}

async function readPeople(db: Kysely<Database>): Promise<Map<string, string>> {
  const rows = await db.selectFrom('user_account').select(['id', 'name', 'login']).execute();
  return new Map(rows.map(({ id, name, login }) => [id, name || login]));
}

function numberOf(value: number | string | null): number | null {
  return value === null ? null : Number(value);
}
