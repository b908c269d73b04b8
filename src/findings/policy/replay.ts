import { type Kysely, sql } from 'kysely';
import type { RunStatus } from '../../model/run.ts';
import type { Severity } from '../../model/severity.ts';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { asFirstSeen } from './as-first-seen.ts';
import { decideAll, dueOf, type Verdict } from './decide.ts';
import { checkGate, type GateFinding, type GateResult } from './gate.ts';
import type { Policy } from './policy.ts';
import { type PolicyFacts, readPolicyFacts } from './read-facts.ts';
import { firstChangesAfter } from './status-at.ts';

export interface ReplayOrder {
  project: string;
  policy: Policy;
  since: number;
  now: number;
}

export interface Tally {
  rule: string;
  line: number;
  count: number;
  examples: GateFinding[];
}

export interface Replay {
  since: number;
  runs: {
    run: string;
    task: string;
    ended: number;
    status: RunStatus;
    passed: boolean;
    failed: Pick<GateResult, 'rule' | 'line' | 'count' | 'most'>[];
  }[];
  /** Further runs of that time that were not looked at. */
  moreRuns: number;
  findings: {
    /** Findings that were new in that time, and how many of them were looked at. */
    new: number;
    lookedAt: number;
  };
  triaged: Tally[];
  assigned: Tally[];
  labelled: Tally[];
  routed: Tally[];
  /** Closed later than the policy wants, or still open; among `checked` findings out of `of`. */
  overdue: {
    count: number;
    checked: number;
    of: number;
    bySeverity: Partial<Record<Severity, number>>;
    examples: GateFinding[];
  };
}

const BATCH = 500;
const MOST_EXAMPLES = 5;
const MOST_RUNS = 200;
/** A person waits for it: a second or some. What is left out is counted. */
const MOST_FINDINGS = 20_000;

/**
 * What the time since then would have looked like with this policy: findings that were new are decided about as they were when they
 * were new, runs are held against the gate with the statuses of their end. Nothing is changed.
 */
export async function replay(store: Pick<Store, 'db' | 'dialect'>, order: ReplayOrder): Promise<Replay> {
  const triaged = tallies();
  const assigned = tallies();
  const labelled = tallies();
  const routed = tallies();
  const overdue: Replay['overdue'] = { count: 0, checked: 0, of: 0, bySeverity: {}, examples: [] };
  const closing = new Map<string, string>();
  let lookedAt = 0;
  const addOverdue = (facts: PolicyFacts, verdict: Verdict | undefined) => {
    overdue.checked += 1;
    const due = dueOf(facts, verdict?.sla ?? null);
    if (due === null || (facts.closed ?? order.now) <= due) return;
    if (verdict?.triage?.set.status !== undefined && verdict.triage.set.status !== 'confirmed') return;
    const { severity } = facts.priorityFacts;
    overdue.count += 1;
    overdue.bySeverity[severity] = (overdue.bySeverity[severity] ?? 0) + 1;
    if (overdue.examples.length < MOST_EXAMPLES) overdue.examples.push(exampleOf(facts));
  };
  for await (const ids of newSince(store.db, order, MOST_FINDINGS)) {
    const findings = await readPolicyFacts(store.db, store.dialect, {
      ids,
      weights: order.policy.weights,
      now: order.now,
    });
    const verdicts = await decideAll(
      { ...store, now: order.now, rows: asFirstSeen() },
      order.policy,
      findings.map(asNew),
    );
    lookedAt += findings.length;
    for (const facts of findings) {
      const verdict = verdicts.get(facts.id);
      if (!verdict) continue;
      if (verdict.triage) triaged.add(verdict.triage, facts);
      if (verdict.assign) assigned.add(verdict.assign, facts);
      if (verdict.channel) routed.add(verdict.channel, facts);
      for (const rule of verdict.labels) labelled.add(rule, facts);
      const status = verdict.triage?.set.status;
      if (status !== undefined) closing.set(facts.id, status);
      addOverdue(facts, verdict);
    }
  }
  for await (const ids of olderButOpen(store.db, order, MOST_FINDINGS)) {
    const findings = await readPolicyFacts(store.db, store.dialect, {
      ids,
      weights: order.policy.weights,
      now: order.now,
    });
    const policy = { ...order.policy, triage: [], routing: [] };
    const verdicts = await decideAll({ ...store, now: order.now }, policy, findings);
    for (const facts of findings) addOverdue(facts, verdicts.get(facts.id));
  }
  const counts = await countOf(store.db, order);
  overdue.of = counts.new + counts.older;
  const { runs, moreRuns } = await replayRuns(store, order, closing);
  return {
    since: order.since,
    runs,
    moreRuns,
    findings: { new: counts.new, lookedAt },
    triaged: triaged.list(),
    assigned: assigned.list(),
    labelled: labelled.list(),
    routed: routed.list(),
    overdue,
  };
}

async function replayRuns(
  store: Pick<Store, 'db' | 'dialect'>,
  { project, policy, since, now }: ReplayOrder,
  closing: ReadonlyMap<string, string>,
): Promise<Pick<Replay, 'runs' | 'moreRuns'>> {
  const rows = await store.db
    .selectFrom('run')
    .select(['id', 'task', 'ended', 'status'])
    .where('project', '=', project)
    .where('ended', '>=', since)
    .where('status', 'in', ['done', 'partial'])
    .orderBy('id', 'desc')
    .execute();
  const runs: Replay['runs'] = [];
  for (const row of rows.slice(0, MOST_RUNS)) {
    const ended = Number(row.ended);
    const results = await checkGate(
      {
        store,
        project,
        run: row.id,
        now,
        rows: asFirstSeen(),
        statusOf: (ids) => statusesAt(store, ids, ended, closing),
      },
      policy,
    );
    runs.push({
      run: row.id,
      task: row.task,
      ended,
      status: row.status as RunStatus,
      passed: results.every(({ passed }) => passed),
      failed: results
        .filter(({ passed }) => !passed)
        .map(({ rule, line, count, most }) => ({ rule, line, count, most })),
    });
  }
  return { runs, moreRuns: Math.max(0, rows.length - MOST_RUNS) };
}

/** What people and scans had made of them by then; what another policy decided did not happen, what this one decides did. */
async function statusesAt(
  { db, dialect }: Pick<Store, 'db' | 'dialect'>,
  ids: readonly string[],
  time: number,
  closing: ReadonlyMap<string, string>,
): Promise<(id: string) => string> {
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const [rows, later, decided] = await Promise.all([
    db.selectFrom('finding').select(['id', 'status']).where(sql<boolean>`id in (${given})`).execute(),
    firstChangesAfter(db, dialect, { ids, time }),
    db
      .selectFrom('decision')
      .select(['finding', 'source'])
      .where(sql<boolean>`finding in (${given})`)
      .where('time', '<=', time)
      .orderBy('id')
      .execute(),
  ]);
  const now = new Map(rows.map(({ id, status }) => [id, status]));
  const lastSource = new Map(decided.map(({ finding, source }) => [finding, source]));
  return (id) => {
    const then = later.get(id)?.from ?? now.get(id) ?? 'open';
    const byPolicy = lastSource.get(id) === 'policy' && then !== 'fixed';
    const status = byPolicy ? 'open' : then;
    return status === 'open' ? (closing.get(id) ?? status) : status;
  };
}

async function* newSince(
  db: Kysely<Database>,
  { project, since }: ReplayOrder,
  most: number,
): AsyncGenerator<string[]> {
  let before: { time: number; id: string } | undefined;
  for (let read = 0; read < most; ) {
    let rows = db
      .selectFrom('finding')
      .select(['id', 'first_seen'])
      .where('project', '=', project)
      .where('first_seen', '>=', since)
      .orderBy('first_seen', 'desc')
      .orderBy('id', 'desc')
      .limit(Math.min(BATCH, most - read));
    const last = before;
    if (last)
      rows = rows.where((e) =>
        e.or([
          e('first_seen', '<', last.time),
          e.and([e('first_seen', '=', last.time), e('id', '<', last.id)]),
        ]),
      );
    const page = await rows.execute();
    const end = page.at(-1);
    if (!end) return;
    before = { time: Number(end.first_seen), id: end.id };
    read += page.length;
    yield page.map(({ id }) => id);
  }
}

async function* olderButOpen(
  db: Kysely<Database>,
  { project, since }: ReplayOrder,
  most: number,
): AsyncGenerator<string[]> {
  let after = '';
  for (let read = 0; read < most; ) {
    const page = await older(db, { project, since })
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(Math.min(BATCH, most - read))
      .execute();
    if (page.length === 0) return;
    after = page.at(-1)?.id ?? after;
    read += page.length;
    yield page.map(({ id }) => id);
  }
}

/** Known before that time, and open in it. */
function older(db: Kysely<Database>, { project, since }: Pick<ReplayOrder, 'project' | 'since'>) {
  return db
    .selectFrom('finding')
    .where('project', '=', project)
    .where('first_seen', '<', since)
    .where('merged_into', 'is', null)
    .where((e) => e.or([e('status', 'in', ['open', 'confirmed']), e('closed', '>=', since)]));
}

async function countOf(db: Kysely<Database>, order: ReplayOrder): Promise<{ new: number; older: number }> {
  const [fresh, before] = await Promise.all([
    db
      .selectFrom('finding')
      .select((e) => e.fn.countAll().as('count'))
      .where('project', '=', order.project)
      .where('first_seen', '>=', order.since)
      .executeTakeFirstOrThrow(),
    older(db, order)
      .select((e) => e.fn.countAll().as('count'))
      .executeTakeFirstOrThrow(),
  ]);
  return { new: Number(fresh.count), older: Number(before.count) };
}

/** For what CEL asks: nobody had decided anything. */
function asNew(facts: PolicyFacts): PolicyFacts {
  return { ...facts, status: 'open', assignee: null };
}

function tallies() {
  const found = new Map<string, Tally>();
  return {
    add(rule: { name: string; line: number }, facts: PolicyFacts) {
      const tally = found.get(rule.name) ?? { rule: rule.name, line: rule.line, count: 0, examples: [] };
      tally.count += 1;
      if (tally.examples.length < MOST_EXAMPLES) tally.examples.push(exampleOf(facts));
      found.set(rule.name, tally);
    },
    list: () => [...found.values()].sort((a, b) => a.line - b.line),
  };
}

function exampleOf(facts: PolicyFacts): GateFinding {
  return {
    id: facts.id,
    severity: facts.priorityFacts.severity,
    title: facts.title,
    place: facts.place,
  };
}
