import type { Kysely } from 'kysely';
import * as z from 'zod';
import { type RemovedFinding, removedFinding } from '../findings/imports/remove-findings.ts';
import { applyTriage } from '../findings/lifecycle/apply-triage.ts';
import { SentinelError } from '../lib/errors.ts';
import { HistoryEntry } from '../model/triage.ts';
import { loginsOf } from '../store/findings.ts';
import type { Database } from '../store/schema.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const Path = z.object({ id: z.string().max(100) });
const Entry = HistoryEntry.extend({ actorName: z.string() });

export const findingHistory = defineOperation({
  id: 'findings.history',
  summary: 'What happened to a finding: who, what, when and why, newest first',
  method: 'GET',
  path: '/findings/{id}/history',
  permission: 'finding:read',
  audited: false,
  pathParams: Path,
  query: z.object({ ...Page }),
  body: NO_BODY,
  output: listOf(Entry),
  cli: 'findings history',
  async handler(context, { path, query }) {
    const { db } = context.services.store;
    const { project } = context.caller;
    const removed = await removedFinding(db, { project, finding: path.id });
    if (removed) return historyOfRemoved(db, path.id, removed);
    await refuseUnknown(context, path.id);
    let rows = db
      .selectFrom('finding_history')
      .selectAll()
      .where('finding', '=', path.id)
      .orderBy('id', 'desc');
    if (query.cursor) rows = rows.where('id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const found = await rows.limit(query.limit + 1).execute();
    const result = page(found, query.limit, (row) => packCursor(row.id));
    const names = await loginsOf(
      db,
      result.rows.flatMap(({ actor, kind, data }) => [actor, ...givenTo(kind, data)]),
    );
    const items = result.rows.map((row) => ({
      id: row.id,
      time: row.time,
      actor: row.actor,
      actorName: names.get(row.actor) ?? row.actor,
      kind: row.kind as z.output<typeof Entry>['kind'],
      changeSet: row.change_set,
      data: { ...JSON.parse(row.data), ...namedIn(names, givenTo(row.kind, row.data)) },
    }));
    return { items, nextCursor: result.nextCursor };
  },
});

export const findingComment = defineOperation({
  id: 'findings.comment',
  summary: 'Say something about a finding; it stays in its history',
  method: 'POST',
  path: '/findings/{id}/comments',
  permission: 'finding:triage',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: z.strictObject({
    text: z.string().trim().min(1).max(10_000).describe('Plain text; @login names people, and is only text'),
  }),
  status: 201,
  output: Entry,
  cli: 'findings comment',
  async handler(context, { path, body }) {
    const { caller, services } = context;
    await refuseUnknown(context, path.id);
    const { store } = services;
    await context.change(async (write) => {
      const options = {
        dialect: store.dialect,
        project: caller.project,
        actor: caller.id,
        source: 'human' as const,
        changeSet: null,
      };
      await applyTriage(write, options, [path.id], { comment: body.text });
      context.audit({ subject: path.id, after: { characters: body.text.length } });
    });
    const row = await store.db
      .selectFrom('finding_history')
      .selectAll()
      .where('finding', '=', path.id)
      .where('actor', '=', caller.id)
      .where('kind', '=', 'comment')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    const names = await loginsOf(store.db, [row.actor]);
    return {
      id: row.id,
      time: row.time,
      actor: row.actor,
      actorName: names.get(row.actor) ?? row.actor,
      kind: 'comment' as const,
      changeSet: row.change_set,
      data: JSON.parse(row.data),
    };
  },
});

/** All at once: what an import found and nobody worked on has a short one. */
async function historyOfRemoved(
  db: Kysely<Database>,
  finding: string,
  { history, time, actor, run, changeSet }: RemovedFinding,
): Promise<{ items: z.output<typeof Entry>[]; nextCursor: null }> {
  const gone = {
    id: `${changeSet}:${finding}`,
    ...{ time, actor, changeSet },
    kind: 'undone' as const,
    data: { run, removed: true },
  };
  const entries = [gone, ...history.toReversed()];
  const names = await loginsOf(
    db,
    entries.map((entry) => entry.actor),
  );
  const items = entries.map((entry) => ({ ...entry, actorName: names.get(entry.actor) ?? entry.actor }));
  return { items, nextCursor: null };
}

/** The account that an entry names beside its actor. */
function givenTo(kind: string, data: string): string[] {
  if (kind !== 'assignee') return [];
  const { to } = JSON.parse(data) as { to: string | null };
  return to === null ? [] : [to];
}

function namedIn(names: ReadonlyMap<string, string>, [to]: readonly string[]): { toName?: string } {
  return to === undefined ? {} : { toName: names.get(to) ?? to };
}

async function refuseUnknown({ services, caller }: OperationContext, id: string): Promise<void> {
  const row = await services.store.db
    .selectFrom('finding')
    .select('id')
    .where('id', '=', id)
    .where('project', '=', caller.project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no finding ${id}.`);
}
