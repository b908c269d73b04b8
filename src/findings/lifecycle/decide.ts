import { SEVERITIES } from '../../model/severity.ts';
import type { HistoryKind, TriageChange } from '../../model/triage.ts';
import { askingRule, type CommentRule, commentNeeded } from '../policy/comment-rule.ts';
import { changedFields, type FindingState, type Lifecycle } from './finding-state.ts';
import { isOpen, MAY_BECOME, type SkipReason } from './status-rules.ts';

export interface Entry {
  kind: HistoryKind;
  data: Record<string, unknown>;
}

/** What a change makes of one finding, or why it makes nothing of it. Each entry becomes one of its history. */
export type Outcome = { after: Lifecycle; entries: Entry[] } | { skip: SkipReason };

export interface DecideOptions {
  now: number;
  /** Reason of the decision that gave it the status that it has. */
  lastReason?: string | null;
  /** A person gave it the status that it has, and this change is not about those. */
  keep?: boolean;
  /** The finding at the end of the chain that `duplicateOf` names. */
  original?: string | undefined;
  /** What the policy of the project asks of a decision; nothing of an import or of the policy itself. */
  comments?: readonly CommentRule[] | undefined;
}

/** A pure function of the finding and the change, so that a preview says what the change would do. */
export function decide(before: FindingState, change: TriageChange, options: DecideOptions): Outcome {
  const after: Lifecycle = { ...before };
  const entries: Entry[] = [];
  for (const step of [decideStatus, decideSeverity, decideSnooze]) {
    const skip = step({ before, after, change, options, entries });
    if (skip !== undefined) return { skip };
  }
  decideAssignee(before, after, change, entries);
  decideLabels(before, after, change, entries);
  if (change.comment !== undefined && !entries.some((entry) => 'comment' in entry.data))
    entries.push({ kind: 'comment', data: { text: change.comment } });
  if (entries.length === 0) return { skip: 'unchanged' };
  const rule = askedFor({ before, after, change, options, entries });
  if (rule) return { skip: commentNeeded(rule) };
  return { after: lifecycleOf(after), entries };
}

/** Only a decision about the status is asked, and only where it is another one than before. */
function askedFor({ before, after, change, options, entries }: Step): CommentRule | undefined {
  if (change.status === undefined || change.comment !== undefined) return undefined;
  if (!entries.some(({ kind }) => kind === 'status')) return undefined;
  const severities = [before.severity, after.severity];
  return askingRule(options.comments ?? [], { status: change.status, severities });
}

interface Step {
  before: FindingState;
  after: Lifecycle;
  change: TriageChange;
  options: DecideOptions;
  entries: Entry[];
}

function decideStatus({ before, after, change, options, entries }: Step): SkipReason | undefined {
  const { status } = change;
  if (status === undefined) return undefined;
  if (!MAY_BECOME[before.status].includes(status)) return 'fixed';
  if (options.keep && before.status !== 'open' && before.status !== status && status !== 'open')
    return 'decided';
  if (status === 'duplicate' && (options.original === undefined || options.original === before.id))
    return 'its-own-duplicate';
  after.status = status;
  after.acceptUntil = status === 'risk-accepted' ? (change.expires ?? null) : null;
  after.mergedInto = status === 'duplicate' ? (options.original ?? null) : null;
  after.closed = isOpen(status) ? null : isOpen(before.status) ? options.now : before.closed;
  if (!isOpen(status)) {
    after.snoozeUntil = null;
    after.snoozeRank = null;
  }
  const sameReason = change.reason === undefined || change.reason === options.lastReason;
  if (before.status === status && sameReason && changedFields(before, after).length === 0) return undefined;
  entries.push({
    kind: 'status',
    data: {
      from: before.status,
      to: status,
      ...(change.reason !== undefined && { reason: change.reason }),
      ...(change.comment !== undefined && { comment: change.comment }),
      ...(change.expires !== undefined && { expires: change.expires }),
      ...(status === 'duplicate' && { duplicateOf: options.original }),
    },
  });
  return undefined;
}

function decideSeverity({ before, after, change, entries }: Step): undefined {
  const { severity } = change;
  if (severity === undefined || severity === before.ownSeverity) return;
  const tool = before.ownSeverity === null ? before.severity : (before.toolSeverity ?? before.severity);
  after.ownSeverity = severity;
  after.toolSeverity = severity === null ? null : tool;
  after.severity = severity ?? tool;
  entries.push({
    kind: 'severity',
    data: { from: before.severity, to: after.severity, own: severity !== null },
  });
}

function decideSnooze({ before, after, change, entries }: Step): SkipReason | undefined {
  const { snooze } = change;
  if (snooze === undefined) return undefined;
  if (snooze === null) {
    if (before.snoozeUntil === null && before.snoozeRank === null) return undefined;
    after.snoozeUntil = null;
    after.snoozeRank = null;
    entries.push({ kind: 'snooze', data: { woken: 'person' } });
    return undefined;
  }
  if (!isOpen(after.status)) return 'not-open';
  after.snoozeUntil = snooze.until;
  after.snoozeRank = snooze.orWorse ? SEVERITIES.indexOf(after.severity) : null;
  if (after.snoozeUntil === before.snoozeUntil && after.snoozeRank === before.snoozeRank) return undefined;
  entries.push({ kind: 'snooze', data: { until: snooze.until, orWorse: snooze.orWorse } });
  return undefined;
}

function decideAssignee(before: FindingState, after: Lifecycle, change: TriageChange, entries: Entry[]) {
  if (change.assignee === undefined || change.assignee === before.assignee) return;
  after.assignee = change.assignee;
  entries.push({ kind: 'assignee', data: { from: before.assignee, to: change.assignee } });
}

function decideLabels(before: FindingState, after: Lifecycle, change: TriageChange, entries: Entry[]) {
  const added = (change.addLabels ?? []).filter((label) => !before.labels.includes(label));
  const removed = (change.removeLabels ?? []).filter((label) => before.labels.includes(label));
  if (added.length === 0 && removed.length === 0) return;
  after.labels = [...new Set([...before.labels, ...added])]
    .filter((label) => !removed.includes(label))
    .sort();
  entries.push({ kind: 'labels', data: { added: [...new Set(added)], removed } });
}

function lifecycleOf(state: Lifecycle): Lifecycle {
  const { status, severity, ownSeverity, toolSeverity, assignee, labels } = state;
  const { snoozeUntil, snoozeRank, mergedInto, acceptUntil, closed } = state;
  return {
    status,
    severity,
    ownSeverity,
    toolSeverity,
    assignee,
    snoozeUntil,
    snoozeRank,
    mergedInto,
    acceptUntil,
    closed,
    labels,
  };
}
