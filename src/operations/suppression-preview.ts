import * as z from 'zod';
import { countFindings, listFindings } from '../store/findings.ts';
import type { Filter } from '../store/findings-index/filter.ts';
import { readFilter } from '../store/findings-index/keys.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NONE } from './paging.ts';
import { getSuppression, SuppressionQuery } from './suppressions.ts';

const EXAMPLES = 5;

export const suppressionPreview = defineOperation({
  id: 'suppressions.preview',
  summary: 'What a suppression rule would hide: how many of which severity, with examples',
  method: 'POST',
  path: '/suppressions/preview',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    query: SuppressionQuery,
    suppression: z
      .string()
      .max(100)
      .optional()
      .describe('A rule that would get this query: the answer says what that changes'),
  }),
  output: z.object({
    total: z.int(),
    /** Without those that another rule hides already. */
    wouldHide: z.int(),
    open: z.int().describe('Of those that are work: open or confirmed'),
    bySeverity: z.array(z.object({ severity: z.string(), count: z.int() })),
    byStatus: z.array(z.object({ status: z.string(), count: z.int() })),
    examples: z.array(
      z.object({
        id: z.string(),
        severity: z.string(),
        status: z.string(),
        title: z.string(),
        location: z.unknown(),
      }),
    ),
    edit: z
      .object({
        hides: z.int().describe('What the rule hides now'),
        keeps: z.int().describe('Of these, what it would still hide'),
        shows: z.int().describe('Of these, what would be shown again'),
        adds: z.int().describe('What it would hide besides'),
      })
      .nullable(),
  }),
  cli: 'suppression preview',
  async handler(context, { body }) {
    const { services, caller } = context;
    const now = Date.now();
    const filter = readFilter(body.query, now);
    const request = { project: caller.project, filter };
    const all = await countFindings(services.store, request);
    const hide = { states: ['suppressed'] as const, now };
    const rule = body.suppression === undefined ? null : await getSuppression(context, body.suppression);
    const keeps = rule && (await countHidden(context, { filter, rule: rule.id }));
    const { total, counts } = await countFindings(services.store, { ...request, hide });
    const examples = await listFindings(services.store, {
      ...request,
      hide,
      sort: 'severity',
      limit: EXAMPLES,
    });
    return {
      total: all.total,
      wouldHide: total,
      open: counts.status
        .filter(([status]) => status === 'open' || status === 'confirmed')
        .reduce((sum, [, count]) => sum + count, 0),
      bySeverity: counts.severity.map(([severity, count]) => ({ severity, count })),
      byStatus: counts.status.map(([status, count]) => ({ status, count })),
      examples: examples.map(({ id, severity, status, title, location }) => ({
        id,
        severity,
        status,
        title,
        location: JSON.parse(location),
      })),
      edit: rule && {
        hides: rule.hides,
        keeps: keeps ?? 0,
        shows: rule.hides - (keeps ?? 0),
        adds: total,
      },
    };
  },
});

/** Of what one rule hides, how much fits the filter. */
async function countHidden(
  { services, caller }: OperationContext,
  { filter, rule }: { filter: Filter; rule: string },
): Promise<number> {
  const hidden = { not: false, any: [{ is: 'equal', column: 'hidden_by', values: [rule] } as const] };
  const { total } = await countFindings(services.store, {
    project: caller.project,
    filter: [...filter, hidden],
  });
  return total;
}
