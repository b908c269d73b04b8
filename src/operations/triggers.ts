import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { getWorkflow, readRevision } from '../workflows/library.ts';
import { checkGivenToWorkflow } from '../workflows/triggers/trigger-inputs.ts';
import {
  addTrigger,
  checkTrigger,
  findTrigger,
  kindOf,
  pauseTrigger,
  removeTrigger,
  resumeTrigger,
  type TriggerKind,
  type TriggerRow,
} from '../workflows/triggers/trigger-rows.ts';
import { REFUSALS, type Refusal } from '../workflows/triggers/webhook-signature.ts';
import { principalFor, requireActFor } from './act-for.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { Paused, pausedOf } from './schedules.ts';
import { type WithWorkflow, workflowNames } from './workflow-names.ts';

const KINDS = ['event', 'webhook'] as const;

export const Trigger = z.object({
  id: z.string(),
  name: z.string(),
  workflow: z.string().describe('Its name'),
  source: z
    .enum(['definition', 'manual'])
    .describe('`definition`: it stands in the document of the workflow'),
  kind: z.enum(KINDS),
  event: z.string().nullable(),
  query: z.string().nullable(),
  signedBy: z.string().nullable().describe('The secret that signs requests of a webhook'),
  address: z.string().nullable().describe('Of a webhook: where signed requests are sent to, at this server'),
  inputs: z.record(z.string(), z.unknown()),
  principal: z.string().describe('As whom it runs'),
  paused: Paused,
  fired: z.int().nullable().describe('When it started its workflow the last time'),
  lastRun: z.string().nullable(),
  refused: z
    .object({ time: z.int(), why: z.enum(REFUSALS) })
    .nullable()
    .describe('Of a webhook: a request that was refused lately (at most one a minute is told), and why'),
  created: z.int(),
  updated: z.int(),
  actor: z.string(),
});
export type Trigger = z.output<typeof Trigger>;

const TriggerPath = z.object({ id: z.string().max(100) });

export const triggerList = defineOperation({
  id: 'triggers.list',
  summary: 'What starts workflows: events and webhooks',
  method: 'GET',
  path: '/triggers',
  permission: 'workflow:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    workflow: z.string().max(100).optional(),
    kind: z.enum(KINDS).optional(),
    paused: z.stringbool().optional().describe('Only those that are, or are not'),
  }),
  body: NO_BODY,
  output: listOf(Trigger),
  cli: 'trigger list',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    let rows = db
      .selectFrom('workflow_trigger')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('id')
      .limit(query.limit + 1);
    if (query.cursor) rows = rows.where('id', '>', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    if (query.workflow !== undefined) {
      const { id } = await getWorkflow(db, { project: caller.project, name: query.workflow });
      rows = rows.where('workflow', '=', id);
    }
    if (query.kind !== undefined) rows = rows.where('kind', '=', query.kind);
    if (query.paused !== undefined) rows = rows.where('paused', query.paused ? 'is not' : 'is', null);
    const result = page(await rows.execute(), query.limit, (row) => packCursor(row.id));
    return {
      items: (await workflowNames(db, result.rows)).map(toView),
      nextCursor: result.nextCursor,
    };
  },
});

export const triggerGet = defineOperation({
  id: 'triggers.get',
  summary: 'One trigger with its state',
  method: 'GET',
  path: '/triggers/{id}',
  permission: 'workflow:read',
  audited: false,
  pathParams: TriggerPath,
  query: NONE,
  body: NO_BODY,
  output: Trigger,
  cli: 'trigger show',
  handler: async (context, { path }) => view(context.services.store.db, await ownTrigger(context, path.id)),
});

export const triggerCreate = defineOperation({
  id: 'triggers.create',
  summary: 'Start a workflow when something happens: an event, or a signed request from outside',
  method: 'POST',
  path: '/triggers',
  permission: 'workflow:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    workflow: z.string().max(100).describe('Its name'),
    kind: z.enum(KINDS),
    event: z
      .string()
      .max(100)
      .optional()
      .describe('Type of the event')
      .meta({ examples: ['finding.created'] }),
    query: z
      .string()
      .max(1000)
      .optional()
      .describe('Over the data of the event; all of its type when absent')
      .meta({ examples: ['severity:high,critical'] }),
    name: z.string().trim().min(1).max(100).optional().describe('Of a webhook: what stands in its address'),
    signedBy: z.string().max(100).optional().describe('Of a webhook: the stored secret that signs requests'),
    inputs: z
      .record(z.string().max(100), z.unknown())
      .optional()
      .describe('With `${{ event.data.rule }}`, or `${{ body.ref }}` and `${{ headers["x-github-event"] }}`'),
    principal: z
      .string()
      .max(100)
      .optional()
      .describe('As whom it runs: a service account; the caller when absent'),
  }),
  output: Trigger,
  status: 201,
  cli: 'trigger add',
  async handler(context, { body }) {
    const { caller, services } = context;
    const { project } = caller;
    const { inputs = {} } = body;
    const wanted = kindFrom({ ...body, inputs });
    const principal = await principalFor(context, body.principal);
    if (wanted.kind === 'webhook' && !(await services.secrets.has({ project, name: wanted.spec.secret })))
      throw wrong('signedBy', `there is no secret '${wanted.spec.secret}' in this project: store it first`);
    return context.change(async (write) => {
      const workflow = await getWorkflow(write.tx, { project, name: body.workflow });
      await checkTrigger(write.tx, { ...wanted, project });
      checkGivenToWorkflow((await readRevision(write.tx, workflow)).definition, inputs);
      const name = wanted.kind === 'webhook' ? wanted.spec.name : (body.name ?? wanted.spec.type);
      const row = await addTrigger(
        write,
        { ...wanted, project, workflow: workflow.id, source: 'manual', name, principal },
        { actor: caller.id, now: Date.now() },
      );
      const made = toView({ ...row, workflowName: workflow.name });
      context.audit({ subject: row.id, after: told(made) });
      return made;
    });
  },
});

export const triggerRemove = defineOperation({
  id: 'triggers.remove',
  summary: 'Remove a trigger',
  method: 'DELETE',
  path: '/triggers/{id}',
  permission: 'workflow:write',
  audited: true,
  pathParams: TriggerPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'trigger remove',
  handler: (context, { path }) =>
    context.change(async (write) => {
      const row = await ownTrigger(context, path.id, write.tx);
      if (row.source === 'definition')
        throw new SentinelError(
          'not-possible-now',
          'It stands in the document of the workflow: change it there. It can be paused here.',
        );
      context.audit({ subject: row.id, before: told(await view(write.tx, row)) });
      await removeTrigger(write, row, context.caller.id);
      return {};
    }),
});

export const triggerPause = defineOperation({
  id: 'triggers.pause',
  summary: 'Pause a trigger, with the reason',
  method: 'POST',
  path: '/triggers/{id}/pause',
  permission: 'workflow:write',
  audited: true,
  pathParams: TriggerPath,
  query: NONE,
  body: z.strictObject({ note: z.string().max(1000).default('').describe('Why') }),
  output: Trigger,
  cli: 'trigger pause',
  handler: (context, { path, body }) =>
    context.change(async (write) => {
      const row = await ownTrigger(context, path.id, write.tx);
      const by = { actor: context.caller.id, now: Date.now(), note: body.note };
      context.audit({ subject: row.id, after: { paused: body.note } });
      return view(write.tx, await pauseTrigger(write, row, by));
    }),
});

export const triggerResume = defineOperation({
  id: 'triggers.resume',
  summary: 'Let a paused trigger go on; what happened meanwhile starts nothing',
  method: 'POST',
  path: '/triggers/{id}/resume',
  permission: 'workflow:write',
  audited: true,
  pathParams: TriggerPath,
  query: NONE,
  body: z.strictObject({}),
  output: Trigger,
  cli: 'trigger resume',
  async handler(context, { path }) {
    const known = await ownTrigger(context, path.id);
    await requireActFor(context, known.principal);
    return context.change(async (write) => {
      const row = await ownTrigger(context, path.id, write.tx);
      if (row.principal !== known.principal)
        throw new SentinelError('conflict', 'It has been changed meanwhile: look again.');
      context.audit({ subject: row.id, before: { paused: row.pause_note }, after: { paused: null } });
      return view(write.tx, await resumeTrigger(write, row, { actor: context.caller.id }));
    });
  },
});

export async function ownTrigger(
  { services, caller }: OperationContext,
  id: string,
  db: Parameters<typeof findTrigger>[0] = services.store.db,
): Promise<TriggerRow> {
  const row = await findTrigger(db, { project: caller.project, id });
  if (!row) throw new SentinelError('not-found', `There is no trigger ${id}.`);
  return row;
}

interface Wanted {
  kind: (typeof KINDS)[number];
  event?: string | undefined;
  query?: string | undefined;
  name?: string | undefined;
  signedBy?: string | undefined;
  inputs: Record<string, unknown>;
}

export function kindFrom({ kind, event, query, name, signedBy, inputs }: Wanted): TriggerKind {
  if (kind === 'event') {
    if (event === undefined) throw wrong('event', 'expects the type of an event', 'finding.created');
    if (signedBy !== undefined) throw wrong('signedBy', 'is for webhooks only');
    return { kind, spec: { type: event, query: query?.trim() || null, inputs } };
  }
  if (event !== undefined) throw wrong('event', 'is for triggers on events only');
  if (query !== undefined) throw wrong('query', 'is for triggers on events only');
  if (name === undefined) throw wrong('name', 'expects the name that stands in the address', 'github-push');
  return { kind, spec: { name, secret: signedBy ?? name, inputs } };
}

export function wrong(field: string, message: string, example?: string): SentinelError {
  return new SentinelError('invalid-parameter', `${field}: ${message}.`, {
    fields: [{ field, message, ...(example === undefined ? {} : { example }) }],
  });
}

export async function view(db: Parameters<typeof findTrigger>[0], row: TriggerRow): Promise<Trigger> {
  const [named] = await workflowNames(db, [row]);
  return toView(named as WithWorkflow<TriggerRow>);
}

export function toView(row: WithWorkflow<TriggerRow>): Trigger {
  const { kind, spec } = kindOf(row);
  const [event, hook] = kind === 'event' ? [spec, null] : [null, spec];
  return {
    id: row.id,
    name: row.name,
    workflow: row.workflowName,
    source: row.source,
    kind,
    event: event?.type ?? null,
    query: event?.query ?? null,
    signedBy: hook?.secret ?? null,
    address: hook ? `/api/v1/hooks/${row.id}` : null,
    inputs: spec.inputs,
    principal: row.principal,
    paused: pausedOf(row),
    fired: row.fired,
    lastRun: row.last_run,
    refused: row.refused === null ? null : { time: Number(row.refused), why: row.refused_why as Refusal },
    created: row.created,
    updated: row.updated,
    actor: row.actor,
  };
}

/** For the audit log: inputs may hold what somebody thought was private. */
export function told({ inputs, ...rest }: Trigger) {
  return { ...rest, inputs: Object.keys(inputs) };
}
