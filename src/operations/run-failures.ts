import { sql } from 'kysely';
import * as z from 'zod';
import { idFloor } from '../lib/ids.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const DAY_MS = 86_400_000;
const MOST_GROUPS = 100;

export const runFailures = defineOperation({
  id: 'runs.failures',
  summary:
    'Runs that failed, by task and error: what failed the same way is one line, the most frequent first',
  method: 'GET',
  path: '/run-failures',
  permission: 'run:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    since: z.coerce
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Made at this time or later, in ms; a week ago'),
  }),
  body: NO_BODY,
  output: listOf(
    z.object({
      task: z.string(),
      code: z.string().nullable(),
      count: z.int(),
      last: z.object({ run: z.string(), created: z.int(), message: z.string() }),
    }),
  ),
  cli: 'runs failures',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    const since = query.since ?? Date.now() - 7 * DAY_MS;
    const groups = await db
      .selectFrom('run')
      .select((e) => ['task', 'error_code', e.fn.countAll().as('count'), e.fn.max('id').as('last')])
      .where('project', '=', caller.project)
      .where('id', '>=', idFloor('run', since))
      .where('status', 'in', ['failed', 'interrupted'])
      .groupBy(['task', 'error_code'])
      .orderBy('count', 'desc')
      .orderBy('last', 'desc')
      .limit(MOST_GROUPS)
      .execute();
    const ids = groups.map(({ last }) => String(last));
    const rows = ids.length
      ? await db
          .selectFrom('run')
          .select(['id', 'created', sql<string>`coalesce(error_message, '')`.as('message')])
          .where('id', 'in', ids)
          .execute()
      : [];
    const byId = new Map(rows.map((row) => [row.id, row]));
    const items = groups.flatMap(({ task, error_code, count, last }) => {
      const row = byId.get(String(last));
      if (!row) return [];
      const { id: run, created, message } = row;
      return [{ task, code: error_code, count: Number(count), last: { run, created, message } }];
    });
    return { items, nextCursor: null };
  },
});
