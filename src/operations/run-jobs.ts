import type { Kysely } from 'kysely';
import * as z from 'zod';
import {
  createRunJob,
  getRunJob,
  RUN_JOB_ACTIONS,
  RUN_JOB_STATUSES,
  type RunJobAction,
  type RunJobRow,
  skipWords,
} from '../engine/run-jobs/job-rows.ts';
import { SentinelError } from '../lib/errors.ts';
import { hasEnded, type RunStatus } from '../model/run.ts';
import { loginsOf } from '../store/findings.ts';
import { readRunQuery } from '../store/run-query.ts';
import type { Database } from '../store/schema.ts';
import { Skipped } from './change-shapes.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { tokenOf } from './workflow-start.ts';

/** More are not meant: whoever asks for more narrows the query. */
const MOST_RUNS = 10_000;
const Path = z.object({ id: z.string().max(100) });
const Cursor = z.tuple([z.string()]);

export const RunJob = z.object({
  id: z.string(),
  action: z.enum(RUN_JOB_ACTIONS),
  status: z.enum(RUN_JOB_STATUSES),
  actor: z.string(),
  actorName: z.string(),
  query: z.string().nullable(),
  created: z.int(),
  ended: z.int().nullable(),
  total: z.int(),
  done: z.int(),
  changed: z.int().describe('Runs that were cancelled, or run again'),
  skipped: z.array(Skipped),
  error: z.string().nullable(),
});

const Preview = z.object({
  total: z.int(),
  changes: z.int().describe('How many would be cancelled, or run again'),
  skipped: z.array(Skipped),
});

const Body = z.strictObject({
  ids: z.array(z.string().max(100)).min(1).max(MOST_RUNS).optional(),
  q: z
    .string()
    .max(1000)
    .optional()
    .describe('All that fit: keys are status, task, target, asset, error, by, created')
    .meta({ example: 'status:failed created:>7d' }),
  dryRun: z.boolean().default(false).describe('Only say what it would do'),
});

const Answer = z.object({ job: RunJob.nullable(), preview: Preview.nullable().describe('Of a dry run') });

export const cancelMany = defineOperation({
  id: 'runs.cancelMany',
  summary: 'Cancel many runs: some by id, or all that fit a query',
  method: 'POST',
  path: '/runs/cancel',
  permission: 'run:cancel',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: Body,
  output: Answer,
  status: 202,
  cli: 'runs cancel',
  handler: (context, { body }) => begin(context, 'cancel', body),
});

export const rerunMany = defineOperation({
  id: 'runs.rerunMany',
  summary: 'Run many again: some by id, or all that fit a query; the originals are kept',
  method: 'POST',
  path: '/runs/rerun',
  permission: 'run:create',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: Body,
  output: Answer,
  status: 202,
  cli: 'runs rerun',
  handler: (context, { body }) => begin(context, 'rerun', body),
});

async function begin(
  context: OperationContext,
  action: RunJobAction,
  body: z.output<typeof Body>,
): Promise<z.output<typeof Answer>> {
  const { caller, services } = context;
  const runs = await chosen(context, body);
  if (body.dryRun) return { job: null, preview: previewOf(action, runs) };
  const id = await context.change(async (write) => {
    const id = await createRunJob(write, services.store.dialect, {
      ...{ project: caller.project, action, actor: caller.id, token: tokenOf(context) },
      ...{ query: body.q ?? null, runs: runs.map((run) => run.id) },
    });
    context.audit({
      subject: id,
      after: { action, ...(body.q === undefined ? {} : { q: body.q }), runs: runs.length },
    });
    return id;
  });
  services.runJobs.work(id);
  return { job: await read(context, id), preview: null };
}

/** The runs that are meant, as they are now, oldest first: they are run again in the order in which they were started. */
async function chosen(
  { services, caller }: OperationContext,
  { ids, q }: z.output<typeof Body>,
): Promise<{ id: string; status: string }[]> {
  let query = services.store.db
    .selectFrom('run')
    .select(['id', 'status'])
    .where('project', '=', caller.project);
  if (ids !== undefined && q === undefined) query = query.where('id', 'in', [...new Set(ids)]);
  // An empty query fits everything: who means that says so with a condition.
  else if (ids === undefined && q !== undefined && q.trim() !== '')
    for (const condition of readRunQuery(q, { now: Date.now(), me: caller.id }))
      query = query.where(condition);
  else throw wrong('ids', 'Name the runs by id, or with a query: one of the two.');
  const rows = await query
    .orderBy('id')
    .limit(MOST_RUNS + 1)
    .execute();
  if (rows.length > MOST_RUNS)
    throw wrong('q', `More than ${MOST_RUNS.toLocaleString('en')} runs fit: narrow the query.`);
  const there = new Set(rows.map(({ id }) => id));
  const missing = ids?.find((id) => !there.has(id));
  if (missing !== undefined) throw new SentinelError('not-found', `There is no run ${missing}.`);
  return rows;
}

function wrong(field: string, message: string): SentinelError {
  return new SentinelError('invalid-parameter', message, { fields: [{ field, message }] });
}

/** What cannot be known without trying (a target that is gone) is not in it. */
function previewOf(action: RunJobAction, runs: readonly { status: string }[]): z.output<typeof Preview> {
  const ended = runs.filter(({ status }) => hasEnded(status as RunStatus)).length;
  const changes = action === 'cancel' ? runs.length - ended : ended;
  const reason = action === 'cancel' ? 'run-not-active' : 'run-active';
  const count = runs.length - changes;
  return {
    total: runs.length,
    changes,
    skipped: count > 0 ? [{ reason, words: skipWords(reason), count }] : [],
  };
}

export const runJobs = defineOperation({
  id: 'runs.jobs',
  summary: 'Jobs that cancel or repeat many runs, newest first',
  method: 'GET',
  path: '/run-jobs',
  permission: 'run:read',
  audited: false,
  pathParams: NONE,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(RunJob),
  cli: 'runs jobs',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    let rows = db
      .selectFrom('run_job')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('id', 'desc');
    if (query.cursor) rows = rows.where('id', '<', unpackCursor(query.cursor, Cursor)[0]);
    const result = page(await rows.limit(query.limit + 1).execute(), query.limit, (row) =>
      packCursor(row.id),
    );
    return { items: await toJobs(db, result.rows), nextCursor: result.nextCursor };
  },
});

export const runJob = defineOperation({
  id: 'runs.job',
  summary: 'How far a job over many runs is, and what came of it',
  method: 'GET',
  path: '/run-jobs/{id}',
  permission: 'run:read',
  audited: false,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  output: RunJob,
  cli: 'runs job',
  handler: (context, { path }) => read(context, path.id),
});

export const runJobItems = defineOperation({
  id: 'runs.jobItems',
  summary: 'The runs of a job: the new run of each, or why it was left as it is',
  method: 'GET',
  path: '/run-jobs/{id}/items',
  permission: 'run:read',
  audited: false,
  pathParams: Path,
  query: z.object({ ...Page, state: z.enum(['planned', 'changed', 'skipped']).optional() }),
  body: NO_BODY,
  output: listOf(
    z.object({
      run: z.string(),
      state: z.enum(['planned', 'changed', 'skipped']),
      reason: z.string().nullable(),
      words: z.string().nullable(),
      made: z.string().nullable().describe('The new run'),
    }),
  ),
  cli: 'runs job-items',
  async handler({ services, caller }, { path, query }) {
    const { db } = services.store;
    await getRunJob(db, { id: path.id, project: caller.project });
    let rows = db.selectFrom('run_job_item').selectAll().where('job', '=', path.id).orderBy('run');
    if (query.state !== undefined) rows = rows.where('state', '=', query.state);
    if (query.cursor) rows = rows.where('run', '>', unpackCursor(query.cursor, Cursor)[0]);
    const result = page(await rows.limit(query.limit + 1).execute(), query.limit, (row) =>
      packCursor(row.run),
    );
    const items = result.rows.map(({ run, state, reason, message, made }) => ({
      ...{ run, reason, made, state: state as 'planned' | 'changed' | 'skipped' },
      words: message ?? (reason === null ? null : skipWords(reason)),
    }));
    return { items, nextCursor: result.nextCursor };
  },
});

export const stopRunJob = defineOperation({
  id: 'runs.stopJob',
  summary: 'Stop a job over many runs: what it has done stays done',
  method: 'POST',
  path: '/run-jobs/{id}/stop',
  permission: 'run:cancel',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  output: RunJob,
  status: 202,
  cli: 'runs stop-job',
  async handler(context, { path }) {
    const { services, caller } = context;
    const row = await getRunJob(services.store.db, { id: path.id, project: caller.project });
    await context.change(async ({ tx }) => {
      const stopped = await tx
        .updateTable('run_job')
        .set({ status: 'stopping' })
        .where('id', '=', row.id)
        .where('status', '=', 'running')
        .returning('done')
        .executeTakeFirst();
      if (!stopped) throw new SentinelError('not-possible-now', `The job ${row.id} does not run any more.`);
      context.audit({ subject: row.id, after: { stoppedAt: stopped.done, of: row.total } });
    });
    services.runJobs.work(row.id);
    return read(context, path.id);
  },
});

async function read({ services, caller }: OperationContext, id: string): Promise<z.output<typeof RunJob>> {
  const { db } = services.store;
  const [job] = await toJobs(db, [await getRunJob(db, { id, project: caller.project })]);
  return job as z.output<typeof RunJob>;
}

async function toJobs(db: Kysely<Database>, rows: readonly RunJobRow[]): Promise<z.output<typeof RunJob>[]> {
  const names = await loginsOf(db, [...new Set(rows.map(({ actor }) => actor))]);
  return rows.map((row) => ({
    ...{ id: row.id, action: row.action, status: row.status as z.output<typeof RunJob>['status'] },
    ...{ actor: row.actor, actorName: names.get(row.actor) ?? row.actor, query: row.query },
    ...{ created: row.created, ended: row.ended, total: row.total, done: row.done, changed: row.changed },
    skipped: Object.entries(JSON.parse(row.skipped) as Record<string, number>).map(([reason, count]) => ({
      ...{ reason, words: skipWords(reason), count },
    })),
    error: row.error,
  }));
}
