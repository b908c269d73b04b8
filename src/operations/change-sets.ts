import * as z from 'zod';
import { CHANGE_KINDS, getChange, wordsOf } from '../findings/lifecycle/change-sets.ts';
import { SentinelError } from '../lib/errors.ts';
import { ChangeSet, toChangeSet } from './change-shapes.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const Path = z.object({ id: z.string().max(100) });
const Cursor = z.tuple([z.string()]);

/** What is undone as a whole; a suppression ends, an import has an undo of its own. */
const UNDOABLE = ['triage', 'acceptance', 'policy'];

export const changeList = defineOperation({
  id: 'changes.list',
  summary: 'Changes of findings that can be undone as a whole, newest first',
  method: 'GET',
  path: '/changes',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ ...Page, kind: z.enum(CHANGE_KINDS).optional() }),
  body: NO_BODY,
  output: listOf(ChangeSet),
  cli: 'findings changes',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    let rows = db
      .selectFrom('change_set')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('id', 'desc');
    if (query.kind !== undefined) rows = rows.where('kind', '=', query.kind);
    if (query.cursor) rows = rows.where('id', '<', unpackCursor(query.cursor, Cursor)[0]);
    const found = await rows.limit(query.limit + 1).execute();
    const result = page(found, query.limit, (row) => packCursor(row.id));
    const items = await Promise.all(result.rows.map((row) => toChangeSet(db, row)));
    return { items, nextCursor: result.nextCursor };
  },
});

export const changeGet = defineOperation({
  id: 'changes.get',
  summary: 'How far a change of findings is, and what came of it',
  method: 'GET',
  path: '/changes/{id}',
  permission: 'finding:read',
  audited: false,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  output: ChangeSet,
  cli: 'findings change',
  handler(context, { path }) {
    // Where no server runs, whoever asks goes on with what a killed command left.
    context.services.lifecycle.work(path.id);
    return read(context, path.id);
  },
});

export const changeItems = defineOperation({
  id: 'changes.items',
  summary: 'The findings of a change: what it did to each, or why it left it',
  method: 'GET',
  path: '/changes/{id}/items',
  permission: 'finding:read',
  audited: false,
  pathParams: Path,
  query: z.object({
    ...Page,
    state: z.enum(['planned', 'changed', 'skipped', 'undone', 'kept']).optional(),
  }),
  body: NO_BODY,
  output: listOf(
    z.object({
      finding: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      words: z.string().nullable(),
      before: z.unknown(),
      after: z.unknown(),
    }),
  ),
  cli: 'findings change-items',
  async handler({ services, caller }, { path, query }) {
    const { db } = services.store;
    await getChange(db, { id: path.id, project: caller.project });
    let rows = db.selectFrom('change_item').selectAll().where('change_set', '=', path.id).orderBy('finding');
    if (query.state !== undefined) rows = rows.where('state', '=', query.state);
    if (query.cursor) rows = rows.where('finding', '>', unpackCursor(query.cursor, Cursor)[0]);
    const found = await rows.limit(query.limit + 1).execute();
    const result = page(found, query.limit, (row) => packCursor(row.finding));
    const items = result.rows.map(({ finding, state, reason, before, after }) => ({
      finding,
      state,
      reason,
      words: reason === null ? null : wordsOf(reason),
      before: JSON.parse(before),
      after: JSON.parse(after),
    }));
    return { items, nextCursor: result.nextCursor };
  },
});

export const changeUndo = defineOperation({
  id: 'changes.undo',
  summary: 'Take back a change of findings; what was changed since stays, and it says why',
  method: 'POST',
  path: '/changes/{id}/undo',
  permission: 'finding:triage',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  status: 202,
  output: ChangeSet,
  cli: 'findings undo',
  async handler(context, { path }) {
    const { caller, services } = context;
    const row = await getChange(services.store.db, { id: path.id, project: caller.project });
    refuse(row);
    await context.change(async ({ tx }) => {
      const undoing = await tx
        .updateTable('change_set')
        .set({ status: 'undoing', undone_by: caller.id, ended: null })
        .where('id', '=', row.id)
        .where('status', '=', row.status)
        .returning('id')
        .executeTakeFirst();
      if (!undoing) throw new SentinelError('conflict', 'The change is being undone by somebody else.');
      context.audit({ subject: row.id, after: { undone: row.changed } });
    });
    services.lifecycle.work(row.id);
    return read(context, path.id);
  },
});

function refuse({ kind, status, id }: { kind: string; status: string; id: string }): void {
  if (kind === 'suppression')
    throw new SentinelError('not-possible-now', 'A suppression is not undone: end its rule.');
  if (!UNDOABLE.includes(kind))
    throw new SentinelError('not-possible-now', `A change of the kind ${kind} is not undone this way.`);
  if (status !== 'done' && status !== 'failed')
    throw new SentinelError(
      'not-possible-now',
      `The change ${id} is ${status}: only what is done is undone.`,
    );
}

async function read({ services, caller }: OperationContext, id: string) {
  const { db } = services.store;
  return toChangeSet(db, await getChange(db, { id, project: caller.project }));
}
