import * as z from 'zod';
import { Severity } from './severity.ts';

/**
 * What a rule says to a reader. `revision` goes up when the rule looks at something else than before: a finding is only
 * closed by a scan that covered its place with the same revision.
 */
export const RuleText = z.object({
  title: z.string(),
  severity: Severity,
  /** CWE numbers, for example 798. */
  cwe: z.array(z.int()).optional(),
  /** Further ids in the field's own spelling: `SWC-107`, `CKV_AWS_18`, `A02:2025`. */
  tags: z.array(z.string()).optional(),
  why: z.string(),
  fix: z.string(),
  references: z.array(z.string()).optional(),
  revision: z.int().optional(),
  /** Former ids of this rule: findings under them become its own instead of being closed. */
  replaces: z.array(z.string()).optional(),
});
export type RuleText = z.infer<typeof RuleText>;

/** `CWE-798` and the further tags of a rule, as reports and SARIF show them. */
export function ruleTags(rule: Pick<RuleText, 'cwe' | 'tags'>): string[] {
  return [...(rule.cwe ?? []).map((id) => `CWE-${id}`), ...(rule.tags ?? [])];
}
