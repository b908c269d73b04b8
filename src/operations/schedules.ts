import * as z from 'zod';
import { parseDuration } from '../lib/duration.ts';
import { SentinelError } from '../lib/errors.ts';
import { CATCH_UP, OVERLAP, type ScheduleSpec } from '../model/workflow.ts';
import type { WriteContext } from '../store/store.ts';
import { getWorkflow, readRevision } from '../workflows/library.ts';
import { nextDues } from '../workflows/triggers/due.ts';
import {
  addSchedule,
  changeSchedule,
  findSchedule,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
  type ScheduleRow,
  specOf,
} from '../workflows/triggers/schedule-rows.ts';
import { checkGivenToWorkflow, checkTriggerInputs } from '../workflows/triggers/trigger-inputs.ts';
import { principalFor, requireActFor } from './act-for.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { type WithWorkflow, workflowNames } from './workflow-names.ts';

export const Paused = z
  .object({ time: z.int(), by: z.string(), note: z.string() })
  .nullable()
  .describe('Since when, by whom and why');

const Schedule = z.object({
  id: z.string(),
  name: z.string(),
  workflow: z.string().describe('Its name'),
  source: z
    .enum(['definition', 'manual'])
    .describe('`definition`: it stands in the document of the workflow'),
  cron: z.string(),
  zone: z.string(),
  jitter: z.int().describe('Milliseconds'),
  catchUp: z.enum(CATCH_UP),
  overlap: z.enum(OVERLAP),
  inputs: z.record(z.string(), z.unknown()),
  principal: z.string().describe('As whom it runs'),
  paused: Paused,
  due: z.int().nullable().describe('When it starts next'),
  lastDue: z.int().nullable(),
  lastRun: z.string().nullable(),
  created: z.int(),
  updated: z.int(),
  actor: z.string(),
});
type Schedule = z.output<typeof Schedule>;

const SchedulePath = z.object({ id: z.string().max(100) });
const Name = z.string().trim().min(1).max(100);
const Duration = z.string().max(30).describe('A random delay of at most this: `90s`, `5m`, `1h30m`');
const Inputs = z.record(z.string().max(100), z.unknown()).describe('Inputs of the workflow');
const Cron = z
  .string()
  .max(200)
  .describe('Minute, hour, day of month, month, day of week; or `@hourly`, `@daily`, `@weekly`, `@monthly`')
  .meta({ examples: ['0 2 * * *'] });
const Zone = z
  .string()
  .max(60)
  .describe('Time zone')
  .meta({ examples: ['Europe/Berlin'] });
const CatchUp = z.enum(CATCH_UP).describe('What is done about times at which no server ran');
const Overlap = z.enum(OVERLAP).describe('What is done when the run before is still at work');
const Principal = z.string().max(100).describe('As whom it runs: a service account; the caller when absent');

export const scheduleList = defineOperation({
  id: 'schedules.list',
  summary: 'Schedules of workflows',
  method: 'GET',
  path: '/schedules',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    workflow: z.string().max(100).optional(),
    paused: z.stringbool().optional().describe('Only those that are, or are not'),
  }),
  body: NO_BODY,
  output: listOf(Schedule),
  cli: 'schedule list',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    let rows = db
      .selectFrom('schedule')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('id')
      .limit(query.limit + 1);
    if (query.cursor) rows = rows.where('id', '>', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    if (query.workflow !== undefined) {
      const { id } = await getWorkflow(db, { project: caller.project, name: query.workflow });
      rows = rows.where('workflow', '=', id);
    }
    if (query.paused !== undefined) rows = rows.where('paused', query.paused ? 'is not' : 'is', null);
    const result = page(await rows.execute(), query.limit, (row) => packCursor(row.id));
    return {
      items: (await workflowNames(db, result.rows)).map(toView),
      nextCursor: result.nextCursor,
    };
  },
});

export const scheduleGet = defineOperation({
  id: 'schedules.get',
  summary: 'One schedule with its state',
  method: 'GET',
  path: '/schedules/{id}',
  permission: 'workflow:read',
  audited: false,
  pathParams: SchedulePath,
  query: NONE,
  body: NO_BODY,
  output: Schedule,
  cli: 'schedule show',
  handler: async (context, { path }) => view(context.services.store.db, await ownSchedule(context, path.id)),
});

export const scheduleNext = defineOperation({
  id: 'schedules.next',
  summary: 'The next times of a schedule, as if it were not paused',
  method: 'GET',
  path: '/schedules/{id}/next',
  permission: 'workflow:read',
  audited: false,
  pathParams: SchedulePath,
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(10) }),
  body: NO_BODY,
  output: listOf(
    z.object({
      time: z.int().describe('What the expression says'),
      moment: z.int().describe('With the random delay of this time'),
    }),
  ),
  cli: 'schedule next',
  async handler(context, { path, query }) {
    const row = await ownSchedule(context, path.id);
    const schedule = { id: row.id, spec: specOf(row) };
    return { items: nextDues(schedule, Date.now(), query.limit), nextCursor: null };
  },
});

export const scheduleCreate = defineOperation({
  id: 'schedules.create',
  summary: 'Run a workflow at certain times',
  method: 'POST',
  path: '/schedules',
  permission: 'workflow:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    workflow: z.string().max(100).describe('Its name'),
    cron: Cron,
    zone: Zone.default('UTC'),
    name: Name.optional(),
    jitter: Duration.default('0s'),
    catchUp: CatchUp.default('one'),
    overlap: Overlap.default('skip'),
    inputs: Inputs.optional(),
    principal: Principal.optional(),
  }),
  output: Schedule,
  status: 201,
  cli: 'schedule add',
  async handler(context, { body }) {
    const { caller } = context;
    const principal = await principalFor(context, body.principal);
    const { cron, zone, overlap, inputs = {} } = body;
    const spec = { cron, zone, overlap, inputs, jitter: jitterOf(body.jitter), catch_up: body.catchUp };
    const by = { actor: caller.id, now: Date.now() };
    return context.change(async (write) => {
      const workflow = await getWorkflow(write.tx, { project: caller.project, name: body.workflow });
      await checkScheduleInputs(write, workflow, inputs);
      const row = await addSchedule(
        write,
        {
          project: caller.project,
          workflow: workflow.id,
          source: 'manual',
          name: body.name ?? `${workflow.name} ${cron}`.slice(0, 100),
          spec,
          principal,
        },
        by,
      );
      const made = toView({ ...row, workflowName: workflow.name });
      context.audit({ subject: row.id, after: told(made) });
      return made;
    });
  },
});

export const scheduleUpdate = defineOperation({
  id: 'schedules.update',
  summary: 'Change a schedule; its times begin anew',
  method: 'PATCH',
  path: '/schedules/{id}',
  permission: 'workflow:write',
  audited: true,
  pathParams: SchedulePath,
  query: NONE,
  body: z.strictObject({
    name: Name.optional(),
    cron: Cron.optional(),
    zone: Zone.optional(),
    jitter: Duration.optional(),
    catchUp: CatchUp.optional(),
    overlap: Overlap.optional(),
    inputs: Inputs.optional(),
    principal: Principal.optional(),
  }),
  output: Schedule,
  cli: 'schedule edit',
  async handler(context, { path, body }) {
    const { caller } = context;
    const known = await ownSchedule(context, path.id);
    await requireActFor(context, known.principal);
    const principal = body.principal === undefined ? undefined : await principalFor(context, body.principal);
    const by = { actor: caller.id, now: Date.now() };
    return context.change(async (write) => {
      const row = await ownSchedule(context, path.id, write.tx);
      // Read again inside: nobody has made it somebody else's in between.
      if (row.principal !== known.principal)
        throw new SentinelError('conflict', 'It has been changed meanwhile: look again.');
      refuseOfDocument(row);
      const before = await view(write.tx, row);
      context.match(before);
      const spec = changedSpec(specOf(row), body);
      await checkScheduleInputs(write, { id: row.workflow, name: before.workflow }, spec.inputs);
      const changed = await changeSchedule(write, row, { name: body.name, spec, principal }, by);
      const after = await view(write.tx, changed);
      context.audit({ subject: row.id, before: told(before), after: told(after) });
      return after;
    });
  },
});

export const scheduleRemove = defineOperation({
  id: 'schedules.remove',
  summary: 'Remove a schedule',
  method: 'DELETE',
  path: '/schedules/{id}',
  permission: 'workflow:write',
  audited: true,
  pathParams: SchedulePath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'schedule remove',
  handler: (context, { path }) =>
    context.change(async (write) => {
      const row = await ownSchedule(context, path.id, write.tx);
      refuseOfDocument(row);
      context.audit({ subject: row.id, before: told(await view(write.tx, row)) });
      await removeSchedule(write, row, context.caller.id);
      return {};
    }),
});

export const schedulePause = defineOperation({
  id: 'schedules.pause',
  summary: 'Pause a schedule, with the reason; times of the pause are not made up for',
  method: 'POST',
  path: '/schedules/{id}/pause',
  permission: 'workflow:write',
  audited: true,
  pathParams: SchedulePath,
  query: NONE,
  body: z.strictObject({ note: z.string().max(1000).default('').describe('Why') }),
  output: Schedule,
  cli: 'schedule pause',
  handler: (context, { path, body }) =>
    context.change(async (write) => {
      const row = await ownSchedule(context, path.id, write.tx);
      const by = { actor: context.caller.id, now: Date.now(), note: body.note };
      context.audit({ subject: row.id, after: { paused: body.note } });
      return view(write.tx, await pauseSchedule(write, row, by));
    }),
});

export const scheduleResume = defineOperation({
  id: 'schedules.resume',
  summary: 'Let a paused schedule go on, from its next time',
  method: 'POST',
  path: '/schedules/{id}/resume',
  permission: 'workflow:write',
  audited: true,
  pathParams: SchedulePath,
  query: NONE,
  body: z.strictObject({}),
  output: Schedule,
  cli: 'schedule resume',
  async handler(context, { path }) {
    const known = await ownSchedule(context, path.id);
    await requireActFor(context, known.principal);
    return context.change(async (write) => {
      const row = await ownSchedule(context, path.id, write.tx);
      if (row.principal !== known.principal)
        throw new SentinelError('conflict', 'It has been changed meanwhile: look again.');
      context.audit({ subject: row.id, before: { paused: row.pause_note }, after: { paused: null } });
      return view(write.tx, await resumeSchedule(write, row, { actor: context.caller.id, now: Date.now() }));
    });
  },
});

async function ownSchedule(
  { services, caller }: OperationContext,
  id: string,
  db: Parameters<typeof findSchedule>[0] = services.store.db,
): Promise<ScheduleRow> {
  const row = await findSchedule(db, { project: caller.project, id });
  if (!row) throw new SentinelError('not-found', `There is no schedule ${id}.`);
  return row;
}

function refuseOfDocument(row: ScheduleRow): void {
  if (row.source === 'definition')
    throw new SentinelError(
      'not-possible-now',
      'It stands in the document of the workflow: change it there. It can be paused here.',
    );
}

async function checkScheduleInputs(
  { tx }: WriteContext,
  workflow: { id: string; name: string },
  inputs: Record<string, unknown>,
): Promise<void> {
  checkTriggerInputs(inputs, ['schedule']);
  const row = await tx
    .selectFrom('workflow')
    .select(['id', 'name', 'revision'])
    .where('id', '=', workflow.id)
    .executeTakeFirstOrThrow();
  checkGivenToWorkflow((await readRevision(tx, row)).definition, inputs);
}

function changedSpec(
  before: ScheduleSpec,
  body: {
    cron?: string | undefined;
    zone?: string | undefined;
    jitter?: string | undefined;
    catchUp?: ScheduleSpec['catch_up'] | undefined;
    overlap?: ScheduleSpec['overlap'] | undefined;
    inputs?: Record<string, unknown> | undefined;
  },
): ScheduleSpec {
  return {
    cron: body.cron ?? before.cron,
    zone: body.zone ?? before.zone,
    jitter: body.jitter === undefined ? before.jitter : jitterOf(body.jitter),
    catch_up: body.catchUp ?? before.catch_up,
    overlap: body.overlap ?? before.overlap,
    inputs: body.inputs ?? before.inputs,
  };
}

function jitterOf(text: string): number {
  // No delay is no duration.
  if (/^0+(ms|s|m|h|d)?$/.test(text.trim())) return 0;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    throw new SentinelError('invalid-parameter', `jitter: ${error.message}`, {
      fields: [{ field: 'jitter', message: error.message, example: '5m' }],
    });
  }
}

async function view(db: Parameters<typeof findSchedule>[0], row: ScheduleRow): Promise<Schedule> {
  const [named] = await workflowNames(db, [row]);
  return toView(named as WithWorkflow<ScheduleRow>);
}

function toView(row: WithWorkflow<ScheduleRow>): Schedule {
  const { cron, zone, jitter, catch_up: catchUp, overlap, inputs } = specOf(row);
  return {
    id: row.id,
    name: row.name,
    workflow: row.workflowName,
    source: row.source,
    cron,
    zone,
    jitter,
    catchUp,
    overlap,
    inputs,
    principal: row.principal,
    paused: pausedOf(row),
    due: row.due,
    lastDue: row.last_due,
    lastRun: row.last_run,
    created: row.created,
    updated: row.updated,
    actor: row.actor,
  };
}

export function pausedOf(row: {
  paused: number | null;
  paused_by: string | null;
  pause_note: string | null;
}): z.output<typeof Paused> {
  if (row.paused === null) return null;
  return { time: row.paused, by: row.paused_by ?? '', note: row.pause_note ?? '' };
}

/** For the audit log: inputs may hold what somebody thought was private. */
function told({ inputs, ...rest }: Schedule) {
  return { ...rest, inputs: Object.keys(inputs) };
}
