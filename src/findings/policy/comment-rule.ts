import type { FindingStatus } from '../../model/finding.ts';
import type { Severity } from '../../model/severity.ts';

/** Decisions for which the policy of a project asks for a comment. */
export interface CommentRule {
  name: string;
  line: number;
  /** Null: of every severity. */
  severities: readonly Severity[] | null;
  statuses: readonly FindingStatus[];
}

/**
 * The rule that asks for a comment, the first one in the document. A change that lowers the severity and closes the finding at once is
 * asked as what it was, and one that raises it as what it becomes.
 */
export function askingRule(
  rules: readonly CommentRule[],
  { status, severities }: { status: FindingStatus; severities: readonly Severity[] },
): CommentRule | undefined {
  return rules.find(
    (rule) =>
      rule.statuses.includes(status) &&
      (rule.severities === null || severities.some((severity) => rule.severities?.includes(severity))),
  );
}

const PREFIX = 'comment-needed:';

/** Why a finding was left as it is, as it is stored and counted: each rule apart. */
export type CommentNeeded = `comment-needed:${number}:${string}`;

export function commentNeeded({ line, name }: Pick<CommentRule, 'line' | 'name'>): CommentNeeded {
  return `${PREFIX}${line}:${name}`;
}

/** The rule that such a reason names; undefined for every other reason. */
export function ruleOfReason(reason: string): { line: number; name: string } | undefined {
  if (!reason.startsWith(PREFIX)) return undefined;
  const [line = '', ...name] = reason.slice(PREFIX.length).split(':');
  return { line: Number(line), name: name.join(':') };
}

/** Ends the sentence '7 skipped, because …'. */
export function wordsOfRule({ line, name }: Pick<CommentRule, 'line' | 'name'>): string {
  return `line ${line} of the policy ('${name}') asks for a comment on such a decision`;
}
