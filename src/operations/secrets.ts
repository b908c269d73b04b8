import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import type { EndedRotation, RunningRotation } from '../access/rotation/state.ts';
import { checkSecret } from '../access/secret-store.ts';
import { SentinelError } from '../lib/errors.ts';
import { may } from './invoke.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const Entry = z.object({ name: z.string(), created: z.int(), updated: z.int(), actor: z.string() });
const SecretPath = z.object({ name: z.string().max(100) });
const Place = z.object({
  of: z
    .enum(['project', 'instance'])
    .default('project')
    .describe('`instance`: used by SentinelX itself, such as for single sign-on; needs config:write'),
});

export const secretList = defineOperation({
  id: 'secrets.list',
  summary: 'Names of stored secrets, never their values',
  method: 'GET',
  path: '/secrets',
  permission: 'secret:read',
  audited: false,
  pathParams: NONE,
  query: Place,
  body: NO_BODY,
  output: listOf(Entry),
  cli: 'secret list',
  handler: async (context, { query }) => ({
    items: await context.services.secrets.list(placeOf(context, query.of, 'config:read')),
    nextCursor: null,
  }),
});

export const secretSet = defineOperation({
  id: 'secrets.set',
  summary: 'Store a secret, or another value for it; it is never shown again',
  method: 'PUT',
  path: '/secrets/{name}',
  permission: 'secret:write',
  audited: true,
  sensitive: true,
  pathParams: SecretPath,
  query: Place,
  body: z.object({ value: z.string().meta({ secret: true }) }),
  output: z.object({ name: z.string(), change: z.enum(['created', 'replaced']) }),
  cli: 'secret set',
  async handler(context, { path, query, body }) {
    const project = placeOf(context, query.of, 'config:write');
    checkSecret(path.name, body.value);
    return context.change(async (write) => {
      const { secrets } = context.services;
      const change = await secrets.set(write, { project, name: path.name }, body.value, context.caller.id);
      context.audit({ subject: path.name, project, after: { name: path.name, change } });
      return { name: path.name, change };
    });
  },
});

export const secretRemove = defineOperation({
  id: 'secrets.remove',
  summary: 'Remove a secret',
  method: 'DELETE',
  path: '/secrets/{name}',
  permission: 'secret:write',
  audited: true,
  sensitive: true,
  pathParams: SecretPath,
  query: Place,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'secret remove',
  async handler(context, { path, query }) {
    const project = placeOf(context, query.of, 'config:write');
    context.audit({ subject: path.name, project, before: { name: path.name } });
    await context.change(async (write) => {
      if (!(await context.services.secrets.remove(write, { project, name: path.name }, context.caller.id)))
        throw new SentinelError('not-found', `There is no secret '${path.name}'.`);
    });
    return {};
  },
});

const Rotation = z.object({
  status: z.enum(['none', 'running', 'done']).describe('`none`: the keys have never been changed'),
  actor: z.string().nullable(),
  started: z.int().nullable(),
  ended: z.int().nullable(),
  total: z.int().describe('Sealed values when it began'),
  done: z.int().describe('Values that were looked at so far'),
  resealed: z.int().describe('Values that were sealed anew'),
  unreadable: z.int().describe('Values that could not be opened; they keep their old key'),
  dropped: z.int().nullable().describe('Old keys that are gone, when it has ended'),
  instanceKey: z
    .boolean()
    .nullable()
    .describe('Whether instance.key was changed too; elsewhere its owner does that'),
  problem: z.string().nullable().describe('Why it does not go on at the moment; it is tried again'),
});
export type Rotation = z.output<typeof Rotation>;

export const secretRotate = defineOperation({
  id: 'secrets.rotate',
  summary:
    'Change the keys, in the background: everything sealed is sealed anew, then the old keys are forgotten',
  method: 'POST',
  path: '/secrets/rotate',
  permission: 'config:write',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Rotation,
  status: 202,
  cli: 'secret rotate',
  async handler(context) {
    const { rotations } = context.services;
    const state = await context.change(async (write) => {
      const begun = await rotations.begin(write, context.caller.id);
      context.audit({ project: INSTANCE, subject: 'keys', after: { values: begun.total } });
      return begun;
    });
    rotations.work();
    return viewOf(state, undefined);
  },
});

export const secretRotation = defineOperation({
  id: 'secrets.rotation',
  summary: 'How far the change of keys is, or how the last one ended',
  method: 'GET',
  path: '/secrets/rotate',
  permission: 'config:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Rotation,
  cli: 'secret rotation',
  async handler({ services }) {
    const { running, ended } = await services.rotations.state();
    return viewOf(running, ended);
  },
});

function viewOf(running: RunningRotation | undefined, last: EndedRotation | undefined): Rotation {
  const none = { ended: null, dropped: null, instanceKey: null, problem: null };
  if (running) {
    const { actor, started, total, done, resealed, unreadable, problem } = running;
    return { ...none, status: 'running', actor, started, total, done, resealed, unreadable, problem };
  }
  if (last) return { ...none, ...last, status: 'done', done: last.total };
  const counts = { total: 0, done: 0, resealed: 0, unreadable: 0 };
  return { ...none, status: 'none', actor: null, started: null, ...counts };
}

/** Secrets of the instance belong to who may configure it, and to no project. */
function placeOf(
  { caller }: OperationContext,
  of: 'project' | 'instance',
  permission: 'config:read' | 'config:write',
): string {
  if (of === 'project') return caller.project;
  if (!may(caller, permission))
    throw new SentinelError('forbidden', `Secrets of the instance need the permission ${permission}.`);
  return INSTANCE;
}
