import * as z from 'zod';
import { readAction } from '../findings/lifecycle/change-sets.ts';
import { RunStatus } from '../model/run.ts';
import { loginsOf } from '../store/findings.ts';
import { findingDays, runCounts } from '../store/overview.ts';
import { may } from './invoke.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const DAY_MS = 86_400_000;
/** What the first page shows of each; the lists have the rest. */
const MOST_SHOWN = 5;

export const Days = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30).describe('Until now, today included'),
  asset: z.string().max(100).optional().describe('Only in this one; its id'),
});
const BySeverity = z.object({
  critical: z.int(),
  high: z.int(),
  medium: z.int(),
  low: z.int(),
  info: z.int(),
});

export const overviewFindings = defineOperation({
  id: 'overview.findings',
  summary: 'How many findings were opened, closed and open on each day (UTC), by severity',
  method: 'GET',
  path: '/overview/findings',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: Days,
  body: NO_BODY,
  output: z.object({
    from: z.int(),
    to: z.int(),
    days: z.array(
      z.object({
        day: z.int().describe('Its beginning'),
        opened: BySeverity.describe('Seen for the first time'),
        closed: BySeverity.describe('Fixed, dismissed or accepted, and not open again since'),
        open: BySeverity.describe('At its end; hidden ones are counted too'),
      }),
    ),
  }),
  cli: 'overview findings',
  async handler({ services, caller }, { query }) {
    const span = spanOf(query.days);
    return {
      ...span,
      days: await findingDays(services.store.db, { project: caller.project, asset: query.asset, ...span }),
    };
  },
});

export const overviewRuns = defineOperation({
  id: 'overview.runs',
  summary: 'How many runs there were, by task and state',
  method: 'GET',
  path: '/overview/runs',
  permission: 'run:read',
  audited: false,
  pathParams: NONE,
  query: Days,
  body: NO_BODY,
  output: z.object({
    from: z.int().describe('Runs that were made then or later, as `since` of the list takes it'),
    items: z.array(z.object({ task: z.string(), status: RunStatus, count: z.int() })),
  }),
  cli: 'overview runs',
  async handler({ services, caller }, { query }) {
    const { from } = spanOf(query.days);
    const rows = await runCounts(services.store.db, { project: caller.project, asset: query.asset, from });
    return { from, items: rows.map((row) => ({ ...row, status: row.status as RunStatus })) };
  },
});

const Attention = z.object({
  approvals: z
    .object({
      count: z.int(),
      items: z.array(
        z.object({
          id: z.string(),
          workflow: z.string(),
          message: z.string(),
          requested: z.int(),
          expires: z.int().nullable(),
        }),
      ),
    })
    .nullable()
    .describe('What waits for somebody; null: the caller may not see it'),
  acceptances: z
    .object({
      count: z.int(),
      items: z.array(
        z.object({
          id: z.string(),
          requesterName: z.string(),
          findings: z.int(),
          requested: z.int(),
          expires: z.int().nullable(),
        }),
      ),
    })
    .nullable()
    .describe('Risks that others ask to be accepted; null: the caller may not accept risks'),
  schedules: z
    .object({
      count: z.int(),
      items: z.array(
        z.object({ id: z.string(), name: z.string(), workflow: z.string(), run: z.string(), ended: z.int() }),
      ),
    })
    .nullable()
    .describe('Schedules that are not paused and whose last run failed'),
  runs: z
    .object({ count: z.int(), since: z.int() })
    .nullable()
    .describe('Runs of the last 24 hours that failed or broke off'),
});

export const overviewAttention = defineOperation({
  id: 'overview.attention',
  summary: 'What waits for a person: approvals, risks to be accepted, schedules that fail, runs that failed',
  method: 'GET',
  path: '/overview/attention',
  permission: 'self',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Attention,
  cli: 'overview attention',
  async handler(context) {
    const { caller } = context;
    const [approvals, acceptances, schedules, runs] = await Promise.all([
      may(caller, 'approval:read') ? waitingApprovals(context) : null,
      may(caller, 'finding:accept') ? waitingAcceptances(context) : null,
      may(caller, 'workflow:read') ? failingSchedules(context) : null,
      may(caller, 'run:read') ? failedRuns(context) : null,
    ]);
    return { approvals, acceptances, schedules, runs };
  },
});

async function waitingApprovals({ services, caller }: OperationContext) {
  const waiting = services.store.db
    .selectFrom('approval as a')
    .innerJoin('workflow_run as r', 'r.id', 'a.run')
    .where('a.project', '=', caller.project)
    .where('a.status', '=', 'pending');
  const { count } = await waiting
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const items = await waiting
    .select(['a.id', 'r.name as workflow', 'a.message', 'a.requested', 'a.expires'])
    .orderBy('a.id', 'desc')
    .limit(MOST_SHOWN)
    .execute();
  return { count: Number(count), items };
}

/** Whoever asked for one does not decide it. */
async function waitingAcceptances({ services, caller }: OperationContext) {
  const waiting = services.store.db
    .selectFrom('change_set')
    .where('project', '=', caller.project)
    .where('kind', '=', 'acceptance')
    .where('status', '=', 'waiting')
    .where('actor', '!=', caller.id);
  const { count } = await waiting
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const rows = await waiting.selectAll().orderBy('id', 'desc').limit(MOST_SHOWN).execute();
  const names = await loginsOf(
    services.store.db,
    rows.map(({ actor }) => actor),
  );
  const items = rows.map((row) => {
    const { action } = readAction(row);
    return {
      id: row.id,
      requesterName: names.get(row.actor) ?? row.actor,
      findings: row.total,
      requested: row.created,
      expires: action.do === 'triage' ? (action.change.expires ?? null) : null,
    };
  });
  return { count: Number(count), items };
}

async function failingSchedules({ services, caller }: OperationContext) {
  const failing = services.store.db
    .selectFrom('schedule as s')
    .innerJoin('workflow_run as r', 'r.id', 's.last_run')
    .innerJoin('workflow as w', 'w.id', 's.workflow')
    .where('s.project', '=', caller.project)
    .where('s.paused', 'is', null)
    .where('r.status', '=', 'failed')
    .where('r.ended', 'is not', null);
  const { count } = await failing
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const items = await failing
    .select(['s.id', 's.name', 'w.name as workflow', 'r.id as run', 'r.ended'])
    .orderBy('r.ended', 'desc')
    .limit(MOST_SHOWN)
    .execute();
  return { count: Number(count), items: items.map((item) => ({ ...item, ended: item.ended ?? 0 })) };
}

async function failedRuns({ services, caller }: OperationContext) {
  const since = Date.now() - DAY_MS;
  const rows = await runCounts(services.store.db, { project: caller.project, from: since });
  const count = rows
    .filter(({ status }) => status === 'failed' || status === 'interrupted')
    .reduce((sum, row) => sum + row.count, 0);
  return { count, since };
}

/** Whole days in UTC, as the dates of a query about findings are; the last one is today. */
export function spanOf(days: number): { from: number; to: number } {
  const to = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS;
  return { from: to - days * DAY_MS, to };
}
