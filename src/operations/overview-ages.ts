import * as z from 'zod';
import { findingAges } from '../store/finding-ages.ts';
import { defineOperation } from './operation.ts';
import { Days, spanOf } from './overview.ts';
import { NO_BODY, NONE } from './paging.ts';

const Middle = z.object({
  of: z.int().describe('How many findings'),
  median: z.number().nullable().describe('In ms, to the hour; null: of none'),
});
const Ages = z.object({ now: Middle, before: Middle });

export const overviewAges = defineOperation({
  id: 'overview.ages',
  summary: 'How old open findings are, and how long it took to fix those that are fixed (medians)',
  method: 'GET',
  path: '/overview/ages',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: Days,
  body: NO_BODY,
  output: z.object({
    from: z.int(),
    to: z.int(),
    open: Ages.describe('Now, and at the beginning; hidden ones are not counted'),
    fixed: Ages.describe('Within these days, and within as many before'),
    points: z.array(z.object({ time: z.int(), open: Middle, fixed: Middle })),
  }),
  cli: 'overview ages',
  async handler({ services, caller }, { query }) {
    const span = spanOf(query.days);
    const asked = { project: caller.project, asset: query.asset, now: Date.now(), ...span };
    return { ...span, ...(await findingAges(services.store.db, asked)) };
  },
});
