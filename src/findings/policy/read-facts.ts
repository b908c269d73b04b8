import { type Kysely, sql } from 'kysely';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { isTestPath } from '../priority/context-points.ts';
import type { PriorityFacts } from '../priority/facts.ts';
import { priorityOf } from '../priority/priority.ts';
import { readFacts } from '../priority/read-facts.ts';
import type { Weights } from '../priority/weights.ts';

/** What a policy may ask about a finding. */
export interface PolicyFacts {
  id: string;
  project: string;
  task: string;
  rule: string;
  title: string;
  message: string;
  status: string;
  place: string;
  assignee: string | null;
  labels: readonly string[];
  cwe: readonly string[];
  purl: readonly string[];
  asset: { id: string; name: string; kind: string };
  firstRun: string;
  due: number | null;
  dueTold: string | null;
  closed: number | null;
  hidden: boolean;
  priority: number;
  testCode: boolean;
  /** When it came back for the last time. */
  reopenedAt: number | null;
  priorityFacts: PriorityFacts;
}

/** In the order of the ids; unknown ids are left out. */
export async function readPolicyFacts(
  db: Kysely<Database>,
  dialect: Store['dialect'],
  { ids, weights, now }: { ids: readonly string[]; weights: Weights; now: number },
): Promise<PolicyFacts[]> {
  if (ids.length === 0) return [];
  const wanted = sql<string>`(${jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  )})`;
  const [facts, rows, labels, refs, reopened] = await Promise.all([
    readFacts(db, dialect, ids),
    db
      .selectFrom('finding as f')
      .leftJoin('asset as a', 'a.id', 'f.asset')
      .select(['f.id', 'f.project', 'f.task', 'f.rule', 'f.title', 'f.message', 'f.status', 'f.place'])
      .select(['f.assignee', 'f.asset', 'f.first_run', 'f.due', 'f.due_told', 'f.closed'])
      .select(['f.hidden_by', 'f.merged_into', 'a.name as asset_name', 'a.kind as asset_kind'])
      .where('f.id', 'in', wanted)
      .execute(),
    db
      .selectFrom('finding_label')
      .select(['finding', 'label'])
      .where('finding', 'in', wanted)
      .orderBy('label')
      .execute(),
    db
      .selectFrom('finding_ref')
      .select(['finding', 'kind', 'value'])
      .where('finding', 'in', wanted)
      .where('kind', 'in', ['cwe', 'purl'])
      .orderBy('value')
      .execute(),
    db
      .selectFrom('finding_history')
      .select((e) => ['finding', e.fn.max('time').as('time')])
      .where('finding', 'in', wanted)
      .where('kind', '=', 'reopened')
      .groupBy('finding')
      .execute(),
  ]);
  const factsOf = new Map(facts.map((one) => [one.id, one.facts]));
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const labelsOf = Map.groupBy(labels, (row) => row.finding);
  const refsOf = Map.groupBy(refs, (row) => row.finding);
  const reopenedOf = new Map(reopened.map((row) => [row.finding, Number(row.time)]));
  return ids.flatMap((id): PolicyFacts[] => {
    const row = rowOf.get(id);
    const priorityFacts = factsOf.get(id);
    if (!row || !priorityFacts) return [];
    const valuesOf = (kind: string) =>
      (refsOf.get(id) ?? []).filter((ref) => ref.kind === kind).map((ref) => ref.value);
    const number = (value: number | null) => (value === null ? null : Number(value));
    return [
      {
        id,
        project: row.project,
        task: row.task,
        rule: row.rule,
        title: row.title,
        message: row.message,
        status: row.status,
        place: row.place,
        assignee: row.assignee,
        labels: (labelsOf.get(id) ?? []).map(({ label }) => label),
        cwe: valuesOf('cwe'),
        purl: valuesOf('purl'),
        asset: { id: row.asset, name: row.asset_name ?? '', kind: row.asset_kind ?? '' },
        firstRun: row.first_run,
        due: number(row.due),
        dueTold: row.due_told,
        closed: number(row.closed),
        hidden: row.hidden_by !== null || row.merged_into !== null,
        priority: priorityOf(priorityFacts, now, weights).value,
        testCode: isTestPath(row.place),
        reopenedAt: reopenedOf.get(id) ?? null,
        priorityFacts,
      },
    ];
  });
}
