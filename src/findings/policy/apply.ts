import { newId } from '../../lib/ids.ts';
import type { TriageChange } from '../../model/triage.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { applyTriage } from '../lifecycle/apply-triage.ts';
import { changeOf, decideAll, dueOf, type Verdict } from './decide.ts';
import { type HumanHands, readHumanHands } from './human-hands.ts';
import { leftToPeople } from './left-to-people.ts';
import type { Policy } from './policy.ts';
import type { PolicyFacts } from './read-facts.ts';
import { writeDue } from './write-due.ts';

/** Who decides in the history of a finding. */
export const POLICY_ACTOR = 'policy';

/** What a policy is about to do; worked out with reads, then done in one transaction. */
export interface Plan {
  project: string;
  revision: number;
  changes: { ids: string[]; change: TriageChange; rules: string[] }[];
  dues: { finding: string; due: number | null }[];
  routed: { facts: PolicyFacts; channel: string; rule: string }[];
}

export async function planPolicy(
  store: Pick<Store, 'db' | 'dialect'>,
  { revision, policy, project }: { revision: number; policy: Policy; project: string },
  { findings, now, onlyDue = false }: { findings: readonly PolicyFacts[]; now: number; onlyDue?: boolean },
): Promise<Plan> {
  const parts = { db: store.db, dialect: store.dialect, now };
  const asked = onlyDue ? { ...policy, triage: [], routing: [] } : policy;
  const verdicts = await decideAll(parts, asked, findings);
  const plan: Plan = { project, revision, changes: [], dues: [], routed: [] };
  const accounts = await readAccounts(store, asked);
  const hands = onlyDue
    ? new Map<string, HumanHands>()
    : await readHumanHands(
        store.db,
        store.dialect,
        findings.map(({ id }) => id),
      );
  const groups = new Map<string, Plan['changes'][number]>();
  for (const facts of findings) {
    const verdict = verdicts.get(facts.id);
    if (!verdict || facts.hidden) continue;
    const change = leftToPeople(changeOf(verdict, { now, accounts }), facts, hands.get(facts.id) ?? {});
    if (change) addChange(groups, facts.id, change, rulesOf(verdict));
    addDue(plan, facts, change, verdict);
    if (verdict.channel?.channel != null)
      plan.routed.push({ facts, channel: verdict.channel.channel, rule: verdict.channel.name });
  }
  plan.changes = [...groups.values()];
  return plan;
}

export function isEmpty(plan: Plan): boolean {
  return plan.changes.length + plan.dues.length + plan.routed.length === 0;
}

/** One change set for all of it: it can be undone as a whole. */
export async function applyPlan(
  write: WriteContext,
  dialect: Store['dialect'],
  plan: Plan,
  now: number,
): Promise<void> {
  const { project } = plan;
  if (plan.changes.length > 0) {
    const changeSet = newId('chg');
    const options = { dialect, project, actor: POLICY_ACTOR, source: 'policy' as const, changeSet };
    const total = plan.changes.reduce((sum, { ids }) => sum + ids.length, 0);
    const skipped: Record<string, number> = {};
    let changed = 0;
    for (const { ids, change } of plan.changes) {
      const result = await applyTriage(write, options, ids, change);
      changed += result.changed.length;
      for (const { reason } of result.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
    }
    await write.tx
      .insertInto('change_set')
      .values({
        id: changeSet,
        project,
        kind: 'policy',
        actor: POLICY_ACTOR,
        created: now,
        ended: now,
        status: 'done',
        query: null,
        action: JSON.stringify({
          policy: plan.revision,
          rules: [...new Set(plan.changes.flatMap(({ rules }) => rules))],
        }),
        total,
        done: total,
        changed,
        skipped: JSON.stringify(skipped),
        error: null,
        run: null,
        undone: null,
        undone_by: null,
      })
      .execute();
  }
  writeDue(write, dialect, plan.dues);
  for (const { facts, channel, rule } of plan.routed)
    write.emit({
      type: 'finding.routed',
      project,
      actor: POLICY_ACTOR,
      subject: facts.id,
      data: {
        finding: facts.id,
        rule: facts.rule,
        title: facts.title,
        severity: facts.priorityFacts.severity,
        location: facts.priorityFacts.location,
        channel,
        policyRule: rule,
      },
    });
}

function addChange(
  groups: Map<string, Plan['changes'][number]>,
  id: string,
  change: TriageChange,
  rules: readonly string[],
): void {
  const key = JSON.stringify([change, rules]);
  const group = groups.get(key);
  if (group) group.ids.push(id);
  else groups.set(key, { ids: [id], change, rules: [...rules] });
}

/** Only what is open has an end; what this very change closes has none. */
function addDue(plan: Plan, facts: PolicyFacts, change: TriageChange | null, verdict: Verdict): void {
  const status = change?.status ?? facts.status;
  if (status !== 'open' && status !== 'confirmed') return;
  const severity = change?.severity;
  if (severity !== undefined && severity !== null && severity !== facts.priorityFacts.severity) return;
  const due = dueOf(facts, verdict.sla);
  if (due !== facts.due) plan.dues.push({ finding: facts.id, due });
}

function rulesOf({ triage, assign, labels }: Verdict): string[] {
  return [
    ...new Set([
      ...(triage ? [triage.name] : []),
      ...(assign ? [assign.name] : []),
      ...labels.map(({ name }) => name),
    ]),
  ];
}

/** A person by login or id; one that is not there is left out, and `policy.explain` says so. */
export async function readAccounts(
  store: Pick<Store, 'db'>,
  policy: Pick<Policy, 'routing'>,
): Promise<Map<string, string>> {
  const named = [...new Set(policy.routing.flatMap(({ assign }) => (assign === null ? [] : [assign])))];
  if (named.length === 0) return new Map();
  const rows = await store.db
    .selectFrom('user_account')
    .select(['id', 'login'])
    .where((e) =>
      e.or([
        e('id', 'in', named),
        e(
          'login',
          'in',
          named.map((name) => name.toLowerCase()),
        ),
      ]),
    )
    .where('disabled', '=', 0)
    .execute();
  return new Map(
    named.flatMap((name): [string, string][] => {
      const row = rows.find(({ id, login }) => id === name || login === name.toLowerCase());
      return row ? [[name, row.id]] : [];
    }),
  );
}
