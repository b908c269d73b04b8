import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { getWorkflow, readRevision } from '../workflows/library.ts';
import { checkGivenToWorkflow } from '../workflows/triggers/trigger-inputs.ts';
import { checkTrigger, type TriggerKind, updateTrigger } from '../workflows/triggers/trigger-rows.ts';
import { principalFor, requireActFor } from './act-for.ts';
import { defineOperation } from './operation.ts';
import { NONE } from './paging.ts';
import { kindFrom, ownTrigger, Trigger, told, view, wrong } from './triggers.ts';

export const triggerEdit = defineOperation({
  id: 'triggers.edit',
  summary: 'Change a trigger: what it waits for, what it gives its workflow, as whom it runs',
  method: 'PATCH',
  path: '/triggers/{id}',
  permission: 'workflow:write',
  audited: true,
  pathParams: z.object({ id: z.string().max(100) }),
  query: NONE,
  body: z.strictObject({
    event: z
      .string()
      .max(100)
      .optional()
      .describe('Type of the event')
      .meta({ examples: ['finding.created'] }),
    query: z
      .string()
      .max(1000)
      .nullable()
      .optional()
      .describe('Over the data of the event; null: all of its type'),
    name: z.string().trim().min(1).max(100).optional(),
    signedBy: z.string().max(100).optional().describe('Of a webhook: the stored secret that signs requests'),
    inputs: z.record(z.string().max(100), z.unknown()).optional().describe('All of them, not only some'),
    principal: z.string().max(100).optional().describe('As whom it runs: a service account, or the caller'),
  }),
  output: Trigger,
  cli: 'trigger edit',
  async handler(context, { path, body }) {
    const { caller, services } = context;
    const { project } = caller;
    if (Object.values(body).every((value) => value === undefined))
      throw wrong(
        '(all)',
        'expects what is to be different: event, query, name, signedBy, inputs, principal',
      );
    const known = await ownTrigger(context, path.id);
    if (known.source === 'definition')
      throw new SentinelError(
        'not-possible-now',
        'It stands in the document of the workflow: change it there. It can be paused here.',
      );
    const before = await view(services.store.db, known);
    const wanted = wantedOf(before, body);
    const principal =
      body.principal === undefined ? known.principal : await principalFor(context, body.principal);
    if (body.principal === undefined) await requireActFor(context, principal);
    if (wanted.kind === 'webhook' && !(await services.secrets.has({ project, name: wanted.spec.secret })))
      throw wrong('signedBy', `there is no secret '${wanted.spec.secret}' in this project: store it first`);
    return context.change(async (write) => {
      const row = await ownTrigger(context, path.id, write.tx);
      const current = await view(write.tx, row);
      context.match(current);
      if (row.updated !== known.updated || row.principal !== known.principal)
        throw new SentinelError('conflict', 'It has been changed meanwhile: look again.');
      await checkTrigger(write.tx, { ...wanted, project }, undefined, row.id);
      const { inputs } = wanted.spec;
      const workflow = await getWorkflow(write.tx, { project, name: current.workflow });
      checkGivenToWorkflow((await readRevision(write.tx, workflow)).definition, inputs);
      const name = wanted.kind === 'webhook' ? wanted.spec.name : (body.name ?? nameOf(before, wanted));
      const change = { spec: wanted.spec, name, principal, actor: caller.id, now: Date.now() };
      const after = await view(write.tx, await updateTrigger(write, row, change));
      context.audit({ subject: row.id, before: told(current), after: told(after) });
      return after;
    });
  },
});

interface Changes {
  event?: string | undefined;
  query?: string | null | undefined;
  name?: string | undefined;
  signedBy?: string | undefined;
  inputs?: Record<string, unknown> | undefined;
}

/** As it was, with what is to be different. */
function wantedOf(before: Trigger, body: Changes): TriggerKind {
  const inputs = body.inputs ?? before.inputs;
  if (before.kind === 'event') {
    const query = body.query === undefined ? before.query : body.query;
    return kindFrom({
      kind: 'event',
      event: body.event ?? before.event ?? undefined,
      query: query ?? undefined,
      signedBy: body.signedBy,
      inputs,
    });
  }
  return kindFrom({
    kind: 'webhook',
    event: body.event,
    query: body.query ?? undefined,
    name: body.name ?? before.name,
    signedBy: body.signedBy ?? before.signedBy ?? undefined,
    inputs,
  });
}

/** One that is called as its event is called as its event again. */
function nameOf(before: Trigger, wanted: TriggerKind): string {
  if (wanted.kind !== 'event' || before.name !== before.event) return before.name;
  return wanted.spec.type;
}
