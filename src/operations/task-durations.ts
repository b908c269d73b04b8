import { sql } from 'kysely';
import * as z from 'zod';
import { idFloor } from '../lib/ids.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const DAYS = 90;
const DAY_MS = 86_400_000;
/** What a task took long ago says little. */
const LAST_RUNS = 50;

export const taskDurations = defineOperation({
  id: 'tasks.durations',
  summary: 'How long tasks usually take here: the median of the last runs of each that ended well',
  method: 'GET',
  path: '/task-durations',
  permission: 'run:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(
    z.object({ task: z.string(), runs: z.int().describe('Of which it is the median'), medianMs: z.int() }),
  ),
  cli: 'tasks durations',
  async handler({ services, caller }) {
    const { rows } = await sql<{ task: string; took: number }>`
      select task, took from (
        select task, ended - started as took, row_number() over (partition by task order by id desc) as place
        from run
        where project = ${caller.project} and id >= ${idFloor('run', Date.now() - DAYS * DAY_MS)}
          and status in ('done', 'partial') and started is not null and ended is not null
      ) as latest where place <= ${LAST_RUNS}`.execute(services.store.db);
    const items = [...Map.groupBy(rows, ({ task }) => task)].map(([task, own]) => {
      const times = own.map(({ took }) => Math.max(0, Number(took))).sort((a, b) => a - b);
      const middle = (times.length - 1) / 2;
      const median = ((times[Math.floor(middle)] ?? 0) + (times[Math.ceil(middle)] ?? 0)) / 2;
      return { task, runs: times.length, medianMs: Math.round(median) };
    });
    return { items: items.sort((a, b) => (a.task < b.task ? -1 : 1)), nextCursor: null };
  },
});
