import { parseQuery, printQuery } from '../../lib/query/query.ts';
import { FINDING_KEYS } from '../../store/findings-index/keys.ts';
import type { Store } from '../../store/store.ts';
import { readAccounts } from './apply.ts';
import type { CommentRule } from './comment-rule.ts';
import { changeOf, decideAll, dueOf } from './decide.ts';
import { type FittingParts, matchedBy } from './fitting.ts';
import { type Hand, readHumanHands } from './human-hands.ts';
import { judge } from './judge.ts';
import { leftToPeople } from './left-to-people.ts';
import { daysOf, type Policy, type Rule } from './policy.ts';
import type { PolicyFacts } from './read-facts.ts';

export const SECTIONS = ['gate', 'triage', 'routing', 'sla', 'comments'] as const;

export interface RuleVerdict {
  section: (typeof SECTIONS)[number];
  rule: string;
  line: number;
  /** `decided`: it is the one; `fits`: it would, but another one or a person decided before it, or it decides nothing and only asks. */
  outcome: 'decided' | 'fits' | 'does-not-fit' | 'unknown';
  /** What it decides, or why it does not. */
  why: string;
}

/** What each rule of a policy says about one finding, with the reasons of those that say nothing. */
export async function explainFinding(
  store: Pick<Store, 'db' | 'dialect'>,
  policy: Policy,
  { facts, now }: { facts: PolicyFacts; now: number },
): Promise<RuleVerdict[]> {
  const parts: FittingParts = { db: store.db, dialect: store.dialect, now };
  const [verdict, accounts, hands] = await Promise.all([
    decideAll(parts, policy, [facts]).then((all) => all.get(facts.id)),
    readAccounts(store, policy),
    readHumanHands(store.db, store.dialect, [facts.id]).then((all) => all.get(facts.id) ?? {}),
  ]);
  if (!verdict) return [];
  const say = async <R extends Rule>(
    section: RuleVerdict['section'],
    rules: readonly R[],
    decides: (rule: R) => { decided: boolean; why: string },
  ): Promise<RuleVerdict[]> => {
    const told: RuleVerdict[] = [];
    for (const rule of rules) {
      const not = await whyNot(parts, rule, facts);
      const { decided, why } = not ? { decided: false, why: not.why } : decides(rule);
      const outcome = not ? (not.unknown ? 'unknown' : 'does-not-fit') : decided ? 'decided' : 'fits';
      told.push({ section, rule: rule.name, line: rule.line, outcome, why });
    }
    return told;
  };
  const asked = changeOf(verdict, { now, accounts });
  const left = leftToPeople(asked, facts, hands);
  const person = (hand: Hand) => {
    const decision = hands[hand];
    return (
      decision && `${decision.actor} decided that on ${new Date(decision.time).toISOString().slice(0, 10)}`
    );
  };
  return [
    ...(await say('gate', policy.gate, (rule) => ({
      decided: true,
      why:
        rule.most === 0
          ? 'one such finding makes the gate fail'
          : `more than ${rule.most} such findings make the gate fail`,
    }))),
    ...(await say('triage', policy.triage, (rule) => {
      const what = wordsOf(rule.set);
      if (rule !== verdict.triage)
        return { decided: false, why: `'${verdict.triage?.name}' stands before it and fits as well` };
      const human = rule.set.status !== undefined ? person('status') : undefined;
      if (human) return { decided: false, why: `${what}, but ${human}` };
      if (rule.set.status !== undefined && left?.status === undefined && facts.status !== rule.set.status)
        return { decided: false, why: `${what}, but the finding is ${facts.status}` };
      return { decided: true, why: what };
    })),
    ...(await say('routing', policy.routing, (rule) => {
      const parts: string[] = [];
      const not: string[] = [];
      if (rule.assign !== null) {
        const human = person('assignee');
        if (verdict.assign !== rule) not.push(`'${verdict.assign?.name}' assigns before it`);
        else if (!accounts.has(rule.assign)) not.push(`there is no account '${rule.assign}'`);
        else if (human) not.push(human);
        else parts.push(`assigned to ${rule.assign}`);
      }
      if (rule.channel !== null) {
        if (verdict.channel === rule) parts.push(`told in ${rule.channel}`);
        else not.push(`'${verdict.channel?.name}' names the channel before it`);
      }
      if (rule.labels.length > 0) {
        const human = person('labels');
        if (human) not.push(`labels: ${human}`);
        else parts.push(`labelled ${rule.labels.join(', ')}`);
      }
      return { decided: parts.length > 0, why: [...parts, ...not].join('; ') };
    })),
    ...slaVerdicts(policy, facts, verdict),
    ...(await say('sla', policy.sla.conditions, (rule) => {
      if (verdict.sla?.rule === rule) return { decided: true, why: dueText(facts, verdict.sla) };
      const days = daysOf(rule.days, facts.priorityFacts.severity);
      return days === undefined
        ? { decided: true, why: `no end for ${facts.priorityFacts.severity}` }
        : { decided: false, why: `'${verdict.sla?.rule?.name}' stands before it and fits as well` };
    })),
    ...policy.comments.map((rule) => commentVerdict(rule, facts)),
  ];
}

function commentVerdict(
  { name: rule, line, severities, statuses }: CommentRule,
  { priorityFacts: { severity } }: PolicyFacts,
): RuleVerdict {
  const asks = severities === null || severities.includes(severity);
  return {
    section: 'comments',
    rule,
    line,
    outcome: asks ? 'fits' : 'does-not-fit',
    why: asks
      ? `a decision to ${statuses.join(', ')} needs a comment`
      : `the severity is ${severity}, and not ${severities.join(', ')}`,
  };
}

function slaVerdicts(
  policy: Policy,
  facts: PolicyFacts,
  verdict: NonNullable<Awaited<ReturnType<typeof decideAll>> extends Map<string, infer V> ? V : never>,
): RuleVerdict[] {
  const { severity } = facts.priorityFacts;
  const line = policy.sla.lines[severity];
  if (line === undefined) return [];
  const decided = verdict.sla !== null && verdict.sla.rule === null;
  return [
    {
      section: 'sla',
      rule: `days of ${severity}`,
      line,
      outcome: decided ? 'decided' : 'fits',
      why: decided ? dueText(facts, verdict.sla) : 'a condition below decides',
    },
  ];
}

function dueText(facts: PolicyFacts, sla: { days: number } | null): string {
  const due = dueOf(facts, sla === null ? null : { rule: null, days: sla.days });
  return due === null ? 'no end' : `${sla?.days} days: due on ${new Date(due).toISOString().slice(0, 10)}`;
}

/** The part of a rule that does not hold; null when all of it does. */
export async function whyNot(
  parts: FittingParts,
  rule: Pick<Rule, 'match' | 'when'>,
  facts: PolicyFacts,
): Promise<{ why: string; unknown: boolean } | null> {
  if (rule.match !== null) {
    for (const term of parseQuery(rule.match, FINDING_KEYS)) {
      const text = printQuery([term]);
      if (!(await matchedBy(parts, text, [facts.id])).has(facts.id))
        return { why: `${text} does not hold`, unknown: false };
    }
  }
  if (rule.when === null) return null;
  const verdict = judge(rule.when, facts, parts.now);
  if (verdict.holds === null) return { why: `cannot be judged: ${verdict.why}`, unknown: true };
  return verdict.holds ? null : { why: `${rule.when.text} does not hold`, unknown: false };
}

function wordsOf(set: Record<string, unknown>): string {
  return Object.entries(set)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join(', ');
}
