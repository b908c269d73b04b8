import { SentinelError } from '../../lib/errors.ts';
import type { FindingStatus } from '../../model/finding.ts';
import { ACCEPT_REASONS, FALSE_POSITIVE_REASONS, type TriageChange } from '../../model/triage.ts';
import { type CommentNeeded, ruleOfReason, wordsOfRule } from '../policy/comment-rule.ts';

/** Why a finding was left as it is; the words end the sentence '7 skipped, because …'. */
export const SKIP_REASONS = {
  'not-found': 'there is no such finding in this project',
  unchanged: 'it is so already',
  decided: 'a person has decided otherwise',
  fixed: 'it is fixed: a fixed finding can only be reopened',
  'not-open': 'only open findings are snoozed',
  'its-own-duplicate': 'a finding is not a duplicate of itself, nor of its own duplicates',
  'changed-since': 'it was changed since',
  'gone-since': 'it does not exist any more',
  'seen-since': 'a later run or import has seen it',
  'merged-since': 'another finding was merged into it',
  'rule-ended': 'the rule was ended before',
  'rule-changed': 'it does not fit the rule any more',
  'still-fits': 'it still fits the rule',
  'kept-history': 'there is nothing to take back: comments stay',
} as const;
export type SkipReason = keyof typeof SKIP_REASONS | CommentNeeded;

/** The words of a reason; null: it is none of ours. */
export function skipWords(reason: string): string | null {
  const rule = ruleOfReason(reason);
  if (rule) return wordsOfRule(rule);
  return Object.hasOwn(SKIP_REASONS, reason) ? SKIP_REASONS[reason as keyof typeof SKIP_REASONS] : null;
}

type Target = NonNullable<TriageChange['status']>;

const ANY: readonly Target[] = ['open', 'confirmed', 'false-positive', 'risk-accepted', 'duplicate'];

/** What a decision may make of a finding. `fixed` is what scans and imports say; they alone take it back to anything but open. */
export const MAY_BECOME: Readonly<Record<FindingStatus, readonly Target[]>> = {
  open: ANY,
  confirmed: ANY,
  'false-positive': ANY,
  'risk-accepted': ANY,
  duplicate: ANY,
  fixed: ['open'],
};

export const isOpen = (status: string): boolean => status === 'open' || status === 'confirmed';

/** Refuses, whatever the findings are, a change that is not complete in itself. */
export function checkChange(change: TriageChange, now: number, maxAcceptDays: number | null = null): void {
  const { status, reason } = change;
  const wrong = (field: string, message: string): never => {
    throw new SentinelError('invalid-parameter', message, { fields: [{ field, message }] });
  };
  if (Object.values(change).every((value) => value === undefined))
    wrong('change', 'The change is empty: say what is to be different.');
  if (reason !== undefined && status !== 'false-positive' && status !== 'risk-accepted')
    wrong('reason', 'A reason goes with the status false-positive or risk-accepted.');
  if (status === 'false-positive') {
    if (reason === undefined || !includes(FALSE_POSITIVE_REASONS, reason))
      wrong('reason', `A false positive needs a reason: ${FALSE_POSITIVE_REASONS.join(', ')}.`);
    if (reason === 'other' && change.comment === undefined)
      wrong('comment', 'The reason other needs a comment that says it.');
  }
  if (status === 'risk-accepted') {
    if (reason === undefined || !includes(ACCEPT_REASONS, reason))
      wrong('reason', `An accepted risk needs a reason: ${ACCEPT_REASONS.join(', ')}.`);
    if (reason === 'other' && change.comment === undefined)
      wrong('comment', 'The reason other needs a comment that says it.');
    if (change.expires === undefined)
      wrong('expires', 'An accepted risk needs an end: until when is it accepted?');
    if ((change.expires ?? 0) <= now) wrong('expires', 'The end of an acceptance lies in the future.');
    if (maxAcceptDays !== null && (change.expires ?? 0) > now + maxAcceptDays * 86_400_000)
      wrong('expires', `In this project a risk is accepted for ${maxAcceptDays} days at most.`);
  } else if (change.expires !== undefined)
    wrong('expires', 'Only an accepted risk has an end; `snooze` is for what comes back by itself.');
  if (status === 'duplicate' && change.duplicateOf === undefined)
    wrong('duplicateOf', 'A duplicate needs the finding that it is a duplicate of.');
  if (status !== 'duplicate' && change.duplicateOf !== undefined)
    wrong('duplicateOf', 'Only a duplicate is one of another finding.');
  if (change.snooze) {
    const { until, orWorse } = change.snooze;
    if (until !== null && until <= now) wrong('snooze', 'A snooze ends in the future.');
    if (until === null && !orWorse) wrong('snooze', 'A snooze needs an end: a time, or that it gets worse.');
    if (status !== undefined && !isOpen(status)) wrong('snooze', 'Only open findings are snoozed.');
  }
  const both = (change.addLabels ?? []).find((label) => change.removeLabels?.includes(label));
  if (both !== undefined) wrong('removeLabels', `The label '${both}' is added and removed.`);
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes(value);
}
