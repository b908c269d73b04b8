import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { rotateKeys } from '../access/rotate.ts';
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

export const secretRotate = defineOperation({
  id: 'secrets.rotate',
  summary: 'Change the keys: everything sealed is sealed anew, then the old keys are forgotten',
  method: 'POST',
  path: '/secrets/rotate',
  permission: 'config:write',
  audited: true,
  sensitive: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    resealed: z.int().describe('Values that were sealed anew'),
    unreadable: z.int().describe('Values that could not be opened; they keep their old key'),
    dropped: z.int().describe('Old keys that are gone'),
    instanceKey: z.boolean().describe('Whether instance.key was changed too; elsewhere its owner does that'),
  }),
  cli: 'secret rotate',
  async handler(context) {
    const { store, keys } = context.services;
    const done = await rotateKeys(store, keys);
    context.audit({ project: INSTANCE, after: done });
    await context.change(async ({ emit }) =>
      emit({
        type: 'keys.rotated',
        project: INSTANCE,
        actor: context.caller.id,
        subject: 'keys',
        data: { resealed: done.resealed, unreadable: done.unreadable },
      }),
    );
    return done;
  },
});

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
