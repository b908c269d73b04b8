import { realpathSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { isWithin } from '../engine/targets.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { parseScopeEntry } from '../net/scope.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const Entry = z.object({
  id: z.string(),
  kind: z.enum(['path', 'host']),
  value: z.string(),
  created: z.int(),
});

export const scopeList = defineOperation({
  id: 'scope.list',
  summary: 'Folders and hosts that may be examined',
  method: 'GET',
  path: '/scope',
  permission: 'scope:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(Entry),
  cli: 'scope list',
  async handler({ services, caller }) {
    const items = await services.store.db
      .selectFrom('scope_entry')
      .select(['id', 'kind', 'value', 'created'])
      .where('project', '=', caller.project)
      .orderBy('kind')
      .orderBy('value')
      .execute();
    return { items, nextCursor: null };
  },
});

export const scopeAdd = defineOperation({
  id: 'scope.add',
  summary: 'Authorise a folder or a host',
  method: 'POST',
  path: '/scope',
  permission: 'scope:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ kind: z.enum(['path', 'host']), value: z.string().min(1).max(1000) }),
  output: Entry,
  status: 201,
  cli: 'scope add',
  async handler(context, { body }) {
    const { services, caller } = context;
    const value =
      body.kind === 'path' ? folderRoot(body.value, services.dataDir) : parseScopeEntry(body.value).text;
    return context.change(async ({ tx, emit }) => {
      const known = await tx
        .selectFrom('scope_entry')
        .selectAll()
        .where('project', '=', caller.project)
        .where('kind', '=', body.kind)
        .where('value', '=', value)
        .executeTakeFirst();
      if (known) return { id: known.id, kind: known.kind, value: known.value, created: known.created };
      const entry = { id: newId('scp'), kind: body.kind, value, created: Date.now() };
      context.audit({ subject: entry.id, after: { kind: entry.kind, value } });
      await tx
        .insertInto('scope_entry')
        .values({ ...entry, project: caller.project, actor: caller.id })
        .execute();
      emit({
        type: 'scope.added',
        project: caller.project,
        actor: caller.id,
        subject: entry.id,
        data: { kind: entry.kind, value },
      });
      return entry;
    });
  },
});

export const scopeRemove = defineOperation({
  id: 'scope.remove',
  summary: 'Withdraw an authorisation',
  method: 'DELETE',
  path: '/scope/{id}',
  permission: 'scope:write',
  audited: true,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'scope remove',
  handler: (context, { path }) =>
    context.change(async ({ tx, emit }) => {
      const { caller } = context;
      const entry = await tx
        .selectFrom('scope_entry')
        .selectAll()
        .where('project', '=', caller.project)
        .where('id', '=', path.id)
        .executeTakeFirst();
      if (!entry) throw new SentinelError('not-found', `There is no scope entry ${path.id}.`);
      context.audit({ subject: entry.id, before: { kind: entry.kind, value: entry.value } });
      await tx.deleteFrom('scope_entry').where('id', '=', entry.id).execute();
      emit({
        type: 'scope.removed',
        project: caller.project,
        actor: caller.id,
        subject: entry.id,
        data: { kind: entry.kind, value: entry.value },
      });
      return {};
    }),
});

function folderRoot(value: string, dataDir: string): string {
  const refuse = (message: string) =>
    new SentinelError('invalid-parameter', `value: ${message}.`, {
      fields: [{ field: 'value', message, example: '/srv/repositories' }],
    });
  if (!isAbsolute(value)) throw refuse('expects the absolute path of a folder');
  let path: string;
  try {
    path = realpathSync(value);
  } catch {
    throw refuse(`${value} does not exist`);
  }
  if (!statSync(path).isDirectory()) throw refuse(`${value} is not a folder`);
  if (isWithin(dataDir, path) || isWithin(path, dataDir))
    throw refuse('the data folder of SentinelX cannot be examined, nor a folder that holds it');
  return path;
}
