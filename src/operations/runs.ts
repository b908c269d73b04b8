import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { FindingSummary } from '../model/finding.ts';
import { Artifact, LogLine, Problem, Run, RunStatus } from '../model/run.ts';
import { toSummary } from '../store/findings.ts';
import { readLog } from '../store/run-log.ts';
import { readRunQuery } from '../store/run-query.ts';
import { getRun, listRuns, toRun, undoneImports } from '../store/runs.ts';
import type { WriteContext } from '../store/store.ts';
import { Download, defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { ParamsBody } from './tasks.ts';

const RunPath = z.object({ id: z.string() });
const Started = z.object({ run: z.object({ id: z.string(), status: RunStatus }) });

export const startRun = defineOperation({
  id: 'runs.start',
  summary: 'Start a task',
  method: 'POST',
  path: '/tasks/{task}/run',
  permission: 'run:create',
  audited: true,
  pathParams: z.object({ task: z.string() }),
  query: NONE,
  body: ParamsBody,
  output: Started,
  status: 202,
  cli: 'run',
  handler: async (context, { path, body }) => ({
    run: await context.services.engine.start(path.task, body.params ?? body.parameters, context.caller, {
      also: recordRun(context, path.task),
    }),
  }),
});

export const runList = defineOperation({
  id: 'runs.list',
  summary: 'Runs, newest first',
  method: 'GET',
  path: '/runs',
  permission: 'run:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    status: z.string().optional().describe('One or several, separated by commas'),
    task: z.string().optional().describe('One or several, separated by commas'),
    since: z.coerce.number().int().min(0).optional().describe('Made at this time or later, in ms'),
    asset: z.string().max(100).optional().describe('Only of this one; its id'),
    q: z
      .string()
      .max(1000)
      .optional()
      .describe('A query: keys are status, task, target, asset, error, by, created')
      .meta({ example: 'status:failed created:>7d' }),
  }),
  body: NO_BODY,
  output: listOf(Run),
  cli: 'runs list',
  async handler({ services, caller }, { query }) {
    const before = query.cursor ? unpackCursor(query.cursor, z.tuple([z.string()]))[0] : undefined;
    const rows = await listRuns(services.store.db, {
      project: caller.project,
      limit: query.limit + 1,
      ...(query.status ? { status: query.status.split(',') } : {}),
      ...(query.task ? { tasks: query.task.split(',') } : {}),
      ...(query.since === undefined ? {} : { since: query.since }),
      ...(query.asset === undefined ? {} : { asset: query.asset }),
      ...(before ? { before } : {}),
      ...(query.q ? { where: readRunQuery(query.q, { now: Date.now(), me: caller.id }) } : {}),
    });
    const result = page(rows, query.limit, (row) => packCursor(row.id));
    const undone = await undoneImports(services.store.db, result.rows);
    return { items: result.rows.map((row) => withUndone(row, undone)), nextCursor: result.nextCursor };
  },
});

export const runGet = defineOperation({
  id: 'runs.get',
  summary: 'One run with its state',
  method: 'GET',
  path: '/runs/{id}',
  aliases: ['/executions/{id}/status'],
  permission: 'run:read',
  audited: false,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: Run,
  cli: 'runs show',
  async handler(context, { path }) {
    const row = await ownRun(context, path.id);
    return withUndone(row, await undoneImports(context.services.store.db, [row]));
  },
});

function withUndone(row: Parameters<typeof toRun>[0], undone: ReadonlyMap<string, number>): Run {
  const time = undone.get(row.id);
  return { ...toRun(row), ...(time === undefined ? {} : { undone: time }) };
}

export const runFindings = defineOperation({
  id: 'runs.findings',
  summary: 'Findings that a run reported, in the order of their reporting',
  method: 'GET',
  path: '/runs/{id}/findings',
  permission: 'finding:read',
  audited: false,
  pathParams: RunPath,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(FindingSummary.extend({ change: z.enum(['new', 'seen', 'reopened']) })),
  cli: 'runs show',
  async handler(context, { path, query }) {
    await ownRun(context, path.id);
    const after = query.cursor ? unpackCursor(query.cursor, z.tuple([z.string()]))[0] : '';
    const rows = await context.services.store.db
      .selectFrom('occurrence as o')
      .innerJoin('finding as f', 'f.id', 'o.finding')
      .selectAll('f')
      .select('o.change')
      .where('o.run', '=', path.id)
      .where('o.finding', '>', after)
      .orderBy('o.finding')
      .limit(query.limit + 1)
      .execute();
    const result = page(rows, query.limit, (row) => packCursor(row.id));
    return {
      items: result.rows.map((row) => ({ ...toSummary(row), change: row.change })),
      nextCursor: result.nextCursor,
    };
  },
});

export const runLog = defineOperation({
  id: 'runs.log',
  summary: 'Log lines of a run',
  method: 'GET',
  path: '/runs/{id}/log',
  permission: 'run:read',
  audited: false,
  pathParams: RunPath,
  query: z.object({ after: z.string().max(100).optional(), limit: Page.limit }),
  body: NO_BODY,
  output: listOf(LogLine),
  cli: 'runs log',
  async handler(context, { path, query }) {
    const { store } = context.services;
    await ownRun(context, path.id);
    const after = Number(/:(\d+)$/.exec(query.after ?? '')?.[1] ?? 0);
    const lines = (await readLog(store.db, { run: path.id, after, limit: query.limit })).map((line) => ({
      cursor: `${store.epoch}:${line.seq}`,
      time: line.time,
      level: line.level,
      text: line.text,
    }));
    return { items: lines, nextCursor: lines.length === query.limit ? (lines.at(-1)?.cursor ?? null) : null };
  },
});

export const runProblems = defineOperation({
  id: 'runs.problems',
  summary: 'What a run could not examine',
  method: 'GET',
  path: '/runs/{id}/problems',
  permission: 'run:read',
  audited: false,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: listOf(Problem),
  cli: 'runs show',
  async handler(context, { path }) {
    await ownRun(context, path.id);
    const rows = await context.services.store.db
      .selectFrom('problem')
      .select(['at', 'code', 'message'])
      .where('run', '=', path.id)
      .orderBy('seq')
      .execute();
    return { items: rows, nextCursor: null };
  },
});

export const runArtifacts = defineOperation({
  id: 'runs.artifacts',
  summary: 'Files that a run left',
  method: 'GET',
  path: '/runs/{id}/artifacts',
  permission: 'run:read',
  audited: false,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: listOf(Artifact),
  cli: 'runs show',
  async handler(context, { path }) {
    await ownRun(context, path.id);
    const rows = await context.services.store.db
      .selectFrom('artifact')
      .selectAll()
      .where('run', '=', path.id)
      .orderBy('id')
      .execute();
    return {
      items: rows.map((row) => ({
        id: row.id,
        run: row.run,
        name: row.name,
        mediaType: row.media_type,
        size: row.size,
        sha256: row.sha256,
      })),
      nextCursor: null,
    };
  },
});

export const cancelRun = defineOperation({
  id: 'runs.cancel',
  summary: 'Cancel a run: it is asked to stop at once and ended after the grace period',
  method: 'POST',
  path: '/runs/{id}/cancel',
  permission: 'run:cancel',
  audited: true,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: Started,
  cli: 'runs cancel',
  async handler(context, { path }) {
    const status = await context.services.engine.cancel(path.id, context.caller, async (write) => {
      context.audit({ subject: path.id });
      await context.record(write);
    });
    return { run: { id: path.id, status } };
  },
});

export const rerun = defineOperation({
  id: 'runs.rerun',
  summary: 'Run the same again; the original is kept',
  method: 'POST',
  path: '/runs/{id}/rerun',
  permission: 'run:create',
  audited: true,
  pathParams: RunPath,
  query: NONE,
  body: NO_BODY,
  output: Started,
  status: 202,
  cli: 'runs rerun',
  handler: async (context, { path }) => ({
    run: await context.services.engine.rerun(path.id, context.caller, recordRun(context, null)),
  }),
});

function recordRun(context: OperationContext, task: string | null) {
  return async (write: WriteContext, run: string) => {
    context.audit({ subject: run, ...(task === null ? {} : { after: { task } }) });
    await context.record(write, { run: { id: run, status: 'queued' } });
  };
}

export const runArtifact = defineOperation({
  id: 'runs.artifact',
  summary: 'One file that a run left',
  method: 'GET',
  path: '/runs/{id}/artifacts/{artifact}',
  permission: 'run:read',
  audited: false,
  pathParams: z.object({ id: z.string(), artifact: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'runs artifact',
  async handler(context, { path }) {
    await ownRun(context, path.id);
    const row = await context.services.store.db
      .selectFrom('artifact')
      .selectAll()
      .where('id', '=', path.artifact)
      .where('run', '=', path.id)
      .executeTakeFirst();
    if (!row) throw new SentinelError('not-found', 'There is no such artifact.');
    return {
      name: row.name,
      mediaType: row.media_type,
      size: row.size,
      etag: `"${row.sha256.slice(0, 32)}"`,
      open: (range) => context.services.blobs.open(row.blob, range),
    };
  },
});

export async function ownRun({ services, caller }: OperationContext, id: string) {
  const row = await getRun(services.store.db, id);
  if (row.project !== caller.project) throw new SentinelError('not-found', `There is no run ${id}.`);
  return row;
}
