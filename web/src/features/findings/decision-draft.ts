import { changeAtOnce, DAY_MS, type DecisionId } from './decisions.ts';
import type { ListedFinding, TriageChange } from './types.ts';

/** What is typed and picked in the dialog. */
export interface Draft {
  reason: string;
  comment: string;
  days: string;
  of: string;
  orWorse: boolean;
  assignee: string;
  labels: string;
  severity: string;
}

export function startOf(decision: DecisionId, findings: readonly ListedFinding[]): Draft {
  const [first] = findings;
  return {
    // None: a reason that nobody chose would say nothing.
    reason: '',
    comment: '',
    days: decision === 'accept' ? '90' : '30',
    of: '',
    orWorse: true,
    assignee: 'me',
    labels: findings.length === 1 ? (first?.labels.join(', ') ?? '') : '',
    severity: first?.severity ?? 'medium',
  };
}

export function changeOf(
  decision: DecisionId,
  draft: Draft,
  findings: readonly ListedFinding[],
): TriageChange {
  const comment = draft.comment.trim() ? { comment: draft.comment.trim() } : {};
  const after = Date.now() + Number(draft.days) * DAY_MS;
  switch (decision) {
    case 'false-positive':
      return { status: 'false-positive', reason: draft.reason as TriageChange['reason'], ...comment };
    case 'accept':
      return {
        status: 'risk-accepted',
        reason: draft.reason as TriageChange['reason'],
        expires: after,
        ...comment,
      };
    case 'duplicate':
      return { status: 'duplicate', duplicateOf: findingIn(draft.of), ...comment };
    case 'snooze':
      return {
        snooze:
          draft.days === 'worse' ? { until: null, orWorse: true } : { until: after, orWorse: draft.orWorse },
        ...comment,
      };
    case 'assign':
      return { assignee: draft.assignee.trim() || null, ...comment };
    case 'labels': {
      const wanted = [...new Set(draft.labels.split(',').map((label) => label.trim()))].filter(Boolean);
      const had = findings.length === 1 ? (findings[0]?.labels ?? []) : [];
      return {
        addLabels: wanted.filter((label) => !had.includes(label)),
        removeLabels: had.filter((label) => !wanted.includes(label)),
        ...comment,
      };
    }
    case 'severity':
      return { severity: (draft.severity || null) as TriageChange['severity'], ...comment };
    default:
      return { ...changeAtOnce(decision), ...comment };
  }
}

/** The id itself, or the address of its page. */
function findingIn(text: string): string {
  return /fnd_[0-9a-f-]+/.exec(text)?.[0] ?? text.trim();
}
