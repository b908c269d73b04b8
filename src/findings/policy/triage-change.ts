import type { TriageChange } from '../../model/triage.ts';
import type { TriageRule } from './policy.ts';

const DAY_MS = 86_400_000;

/** What a rule decides, at this moment. */
export function triageChange({ set }: Pick<TriageRule, 'set'>, now: number): TriageChange {
  return {
    ...(set.status !== undefined && { status: set.status }),
    ...(set.reason !== undefined && { reason: set.reason }),
    ...(set.comment !== undefined && { comment: set.comment }),
    ...(set.acceptDays !== undefined && { expires: now + set.acceptDays * DAY_MS }),
    ...(set.snoozeDays !== undefined && {
      snooze: { until: now + set.snoozeDays * DAY_MS, orWorse: true },
    }),
    ...(set.severity !== undefined && { severity: set.severity }),
    ...(set.labels !== undefined && { addLabels: [...set.labels] }),
  };
}
