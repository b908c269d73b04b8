import * as z from 'zod';
import { previewTriage } from '../findings/lifecycle/apply-triage.ts';
import { ruleOfReason, wordsOfRule } from '../findings/policy/comment-rule.ts';
import { SentinelError } from '../lib/errors.ts';
import { FindingStatus } from '../model/finding.ts';
import { Severity } from '../model/severity.ts';
import type { TriageChange } from '../model/triage.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

/** Who decides about findings has to know it before, and may not be allowed to read the policy. */
export const policyComments = defineOperation({
  id: 'policy.comments',
  summary: 'Decisions about findings for which the policy asks for a comment',
  method: 'GET',
  path: '/policy/comments',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(
    z.object({
      name: z.string(),
      line: z.int().describe('In the policy'),
      severities: z.array(Severity).nullable().describe('Null: all'),
      statuses: z.array(FindingStatus),
    }),
  ),
  cli: 'policy comments',
  async handler({ services, caller }) {
    const rules = await services.commentRules(caller.project);
    return {
      items: rules.map(({ name, line, severities, statuses }) => ({
        name,
        line,
        severities: severities && [...severities],
        statuses: [...statuses],
      })),
      nextCursor: null,
    };
  },
});

/** A decision about one finding is refused; of many, those that are concerned are skipped. */
export async function requireComment(
  { services, caller }: OperationContext,
  { finding, change, field }: { finding: string; change: TriageChange; field: string },
): Promise<void> {
  if (change.status === undefined || change.comment !== undefined) return;
  const comments = await services.commentRules(caller.project);
  if (comments.length === 0) return;
  const { dialect, db } = services.store;
  const options = { dialect, project: caller.project, comments };
  const [result] = await previewTriage(db, options, [finding], change);
  const rule = result && 'skip' in result.outcome ? ruleOfReason(result.outcome.skip) : undefined;
  if (!rule) return;
  const words = wordsOfRule(rule);
  throw new SentinelError('comment-needed', `${words[0]?.toUpperCase()}${words.slice(1)}.`, {
    fields: [{ field, message: 'The policy asks for a comment here.' }],
  });
}
