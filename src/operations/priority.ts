import * as z from 'zod';
import { loadWeights } from '../findings/policy/revisions.ts';
import { contributionText, priorityOf } from '../findings/priority/priority.ts';
import { readFacts } from '../findings/priority/read-facts.ts';
import { FACTORS } from '../findings/priority/weights.ts';
import { SentinelError } from '../lib/errors.ts';
import { parseDocument } from '../workflows/definition/document.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

export const findingPriority = defineOperation({
  id: 'findings.priority',
  summary: 'The priority of a finding, and what it is made of, in words',
  method: 'GET',
  path: '/findings/{id}/priority',
  permission: 'finding:read',
  audited: false,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: z.object({
    finding: z.string(),
    value: z.int().min(0).max(100),
    /** What lists sort by; null while it is not worked out yet, another one while a change is on its way to all findings. */
    stored: z.int().nullable(),
    contributions: z.array(
      z.object({
        factor: z.enum([...FACTORS, 'limit']),
        state: z.enum(['known', 'unknown', 'none']),
        points: z.int(),
        text: z.string(),
        words: z.string().describe('With its sign: +18 …, unknown: …'),
      }),
    ),
    unknown: z.array(z.string()).describe('Factors of which nothing is known'),
  }),
  cli: 'findings priority',
  async handler({ services, caller }, { path }) {
    const { db, dialect } = services.store;
    const [row] = await readFacts(db, dialect, [path.id]);
    if (row?.project !== caller.project)
      throw new SentinelError('not-found', `There is no finding ${path.id}.`);
    const weights = await loadWeights(db, caller.project, parseDocument);
    const { value, contributions } = priorityOf(row.facts, Date.now(), weights);
    return {
      finding: row.id,
      value,
      stored: row.priority,
      contributions: contributions.map((one) => ({ ...one, words: contributionText(one) })),
      unknown: contributions.filter(({ state }) => state === 'unknown').map(({ factor }) => factor),
    };
  },
});
