import type { DecisionId } from './decisions.ts';
import type { CommentRule, ListedFinding, TriageChange, TriagePreview } from './types.ts';

type Status = NonNullable<TriageChange['status']>;

const MAKES: Partial<Record<DecisionId, Status>> = {
  confirm: 'confirmed',
  'false-positive': 'false-positive',
  accept: 'risk-accepted',
  duplicate: 'duplicate',
  reopen: 'open',
};

/** What asks for words beside a decision: of a query, the server has looked at every finding. */
interface Asked {
  decision: DecisionId;
  rules: readonly CommentRule[];
  /** Those that are known here. */
  severities: readonly ListedFinding['severity'][];
  preview?: TriagePreview | null | undefined;
}

/** The rule of the policy that asks for a comment here. */
export function ruleAsking({
  decision,
  rules,
  severities,
  preview,
}: Asked): Omit<CommentRule, 'severities' | 'statuses'> | undefined {
  if (preview) return preview.comments?.rules[0];
  const status = MAKES[decision];
  if (status === undefined) return undefined;
  return rules.find(
    (rule) =>
      rule.statuses.includes(status) &&
      (rule.severities === null || severities.some((severity) => rule.severities?.includes(severity))),
  );
}
