import type { TriageChange } from '../../model/triage.ts';
import { type Fitting, type FittingParts, fitting } from './fitting.ts';
import { daysOf, type Policy, type RoutingRule, type Rule, type SlaRule, type TriageRule } from './policy.ts';
import type { PolicyFacts } from './read-facts.ts';
import { triageChange } from './triage-change.ts';

const DAY_MS = 86_400_000;

/** What a policy says about one finding, before anybody asks who has decided it already. */
export interface Verdict {
  triage: TriageRule | null;
  assign: RoutingRule | null;
  channel: RoutingRule | null;
  labels: readonly RoutingRule[];
  sla: { rule: SlaRule | null; days: number } | null;
}

/** Asks every rule about all findings at once: a query a rule, however many they are. */
export async function decideAll(
  parts: FittingParts,
  policy: Policy,
  findings: readonly PolicyFacts[],
): Promise<Map<string, Verdict>> {
  const ask = async <R extends Rule>(rules: readonly R[]): Promise<[R, Fitting][]> =>
    Promise.all(
      rules.map(async (rule): Promise<[R, Fitting]> => [rule, await fitting(parts, rule, findings)]),
    );
  const [triage, routing, conditions] = await Promise.all([
    ask(policy.triage),
    ask(policy.routing),
    ask(policy.sla.conditions),
  ]);
  return new Map(
    findings.map((facts) => {
      const first = <R extends Rule>(
        asked: readonly [R, Fitting][],
        also: (rule: R) => boolean = () => true,
      ) => asked.find(([rule, { fits }]) => fits.has(facts.id) && also(rule))?.[0] ?? null;
      return [
        facts.id,
        {
          triage: first(triage),
          assign: first(routing, (rule) => rule.assign !== null),
          channel: first(routing, (rule) => rule.channel !== null),
          labels: routing.flatMap(([rule, { fits }]) =>
            fits.has(facts.id) && rule.labels.length > 0 ? [rule] : [],
          ),
          sla: slaOf(policy, facts, first(conditions)),
        },
      ];
    }),
  );
}

function slaOf(policy: Policy, facts: PolicyFacts, rule: SlaRule | null): Verdict['sla'] {
  const days = daysOf(rule ? rule.days : policy.sla.days, facts.priorityFacts.severity);
  return days === undefined ? null : { rule, days };
}

/** From when the days count: since it came back, or since it was first seen. */
export function dueOf(facts: PolicyFacts, sla: Verdict['sla']): number | null {
  return sla === null
    ? null
    : (facts.reopenedAt ?? facts.priorityFacts.firstSeen) + Math.round(sla.days * DAY_MS);
}

/** Decision and routing as one change, so that it is undone as one. `accounts`: ids by what the policy calls them. */
export function changeOf(
  verdict: Verdict,
  { now, accounts }: { now: number; accounts: ReadonlyMap<string, string> },
): TriageChange {
  const change = verdict.triage ? triageChange(verdict.triage, now) : {};
  const labels = [...(change.addLabels ?? []), ...verdict.labels.flatMap((rule) => rule.labels)];
  const account = verdict.assign?.assign == null ? undefined : accounts.get(verdict.assign.assign);
  return {
    ...change,
    ...(account !== undefined && { assignee: account }),
    ...(labels.length > 0 && { addLabels: [...new Set(labels)] }),
  };
}
