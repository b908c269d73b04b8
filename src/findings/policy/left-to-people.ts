import type { TriageChange } from '../../model/triage.ts';
import type { HumanHands } from './human-hands.ts';
import type { PolicyFacts } from './read-facts.ts';

/** The change without what a person has decided, and without what is so already; null when nothing is left. */
export function leftToPeople(
  change: TriageChange,
  facts: PolicyFacts,
  hands: HumanHands,
): TriageChange | null {
  const left: TriageChange = { ...change };
  const isOpen = facts.status === 'open' || facts.status === 'confirmed';
  // Fixed, accepted, dismissed or merged: that was decided, by a scan or by somebody.
  if (hands.status || !isOpen || left.status === facts.status) {
    delete left.status;
    delete left.reason;
    delete left.expires;
    delete left.comment;
  }
  if (hands.snooze || !isOpen) delete left.snooze;
  if (hands.severity || left.severity === facts.priorityFacts.severity) delete left.severity;
  if (hands.assignee || left.assignee === facts.assignee) delete left.assignee;
  if (left.addLabels) {
    const added = hands.labels ? [] : left.addLabels.filter((label) => !facts.labels.includes(label));
    if (added.length > 0) left.addLabels = added;
    else delete left.addLabels;
  }
  return Object.keys(left).some((key) => key !== 'comment') ? left : null;
}
