import { type Kysely, sql } from 'kysely';
import * as z from 'zod';
import { resolveAssignee } from '../findings/lifecycle/assignee.ts';
import {
  createSuppression,
  endSuppression,
  type SuppressionRow,
} from '../findings/lifecycle/suppressions.ts';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { loginsOf } from '../store/findings.ts';
import { readFilter } from '../store/findings-index/keys.ts';
import type { Database } from '../store/schema.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

export const SUPPRESSION_REASONS = [
  'test-code',
  'generated-code',
  'third-party',
  'wrong-rule',
  'other',
] as const;
const Path = z.object({ id: z.string().max(100) });
export const SuppressionQuery = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .describe('Which findings, as in the list of findings: `path:test/ rule:weak-hash`');

export const Suppression = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  reason: z.string(),
  comment: z.string(),
  owner: z.string(),
  ownerName: z.string(),
  created: z.int(),
  actor: z.string(),
  expires: z.int().nullable(),
  ended: z.int().nullable(),
  hides: z.int().describe('How many findings it hides now'),
});

export const suppressionCreate = defineOperation({
  id: 'suppressions.create',
  summary: 'Hide the findings that fit a query, those that are there and those that come',
  method: 'POST',
  path: '/suppressions',
  permission: 'suppression:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    name: z.string().trim().min(1).max(100),
    query: SuppressionQuery,
    reason: z.enum(SUPPRESSION_REASONS),
    comment: z.string().trim().max(2_000).default(''),
    owner: z
      .string()
      .max(100)
      .optional()
      .describe('Login or id of who answers for it; the caller when absent'),
    expires: z.int().min(0).optional().describe('Milliseconds since 1970; it never ends when absent'),
  }),
  status: 201,
  output: Suppression.extend({ change: z.string().describe('The change that hides what is there') }),
  cli: 'suppression add',
  async handler(context, { body }) {
    const { caller, services } = context;
    readFilter(body.query, Date.now());
    if (body.expires !== undefined && body.expires <= Date.now())
      throw wrong('expires', 'A suppression rule ends in the future.');
    if (body.reason === 'other' && body.comment === '')
      throw wrong('comment', 'The reason other needs a comment that says it.');
    const owner = body.owner === undefined ? caller.id : await ownerNamed(context, body.owner);
    const { row, change } = await context.change(async (write) => {
      const made = await createSuppression(write, {
        project: caller.project,
        actor: caller.id,
        name: visibleText(body.name),
        query: body.query,
        reason: body.reason,
        comment: visibleText(body.comment),
        owner,
        expires: body.expires ?? null,
      });
      context.audit({
        subject: made.row.id,
        after: { name: made.row.name, query: body.query, reason: body.reason, expires: made.row.expires },
      });
      return made;
    });
    services.lifecycle.work(change);
    const [shown] = await toSuppressions(services.store.db, [row]);
    return { ...(shown as z.output<typeof Suppression>), change };
  },
});

export const suppressionList = defineOperation({
  id: 'suppressions.list',
  summary: 'Suppression rules and how much they hide, newest first',
  method: 'GET',
  path: '/suppressions',
  permission: 'suppression:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ ...Page, ended: z.stringbool().default(false).describe('Also those that have ended') }),
  body: NO_BODY,
  output: listOf(Suppression),
  cli: 'suppression list',
  async handler({ services, caller }, { query }) {
    const { db } = services.store;
    let rows = db
      .selectFrom('suppression')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('id', 'desc');
    if (!query.ended) rows = rows.where('ended', 'is', null);
    if (query.cursor) rows = rows.where('id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const found = await rows.limit(query.limit + 1).execute();
    const result = page(found, query.limit, (row) => packCursor(row.id));
    return { items: await toSuppressions(db, result.rows), nextCursor: result.nextCursor };
  },
});

export const suppressionGet = defineOperation({
  id: 'suppressions.get',
  summary: 'One suppression rule',
  method: 'GET',
  path: '/suppressions/{id}',
  permission: 'suppression:read',
  audited: false,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  output: Suppression,
  cli: 'suppression show',
  async handler(context, { path }) {
    return getSuppression(context, path.id);
  },
});

export const suppressionEnd = defineOperation({
  id: 'suppressions.end',
  summary: 'End a suppression rule: what it hid is shown again, unless another rule hides it too',
  method: 'POST',
  path: '/suppressions/{id}/end',
  permission: 'suppression:write',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: z.strictObject({ comment: z.string().trim().max(2_000).optional() }),
  output: Suppression.extend({ change: z.string().describe('The change that shows them again') }),
  cli: 'suppression end',
  async handler(context, { path, body }) {
    const { caller, services } = context;
    const before = await getSuppression(context, path.id);
    const change = await context.change(async (write) => {
      const id = await endSuppression(write, {
        id: path.id,
        project: caller.project,
        actor: caller.id,
        now: Date.now(),
        reason: visibleText(body.comment || 'ended'),
      });
      if (id === undefined) throw new SentinelError('not-possible-now', 'The rule has ended already.');
      context.audit({ subject: path.id, before: { name: before.name, query: before.query } });
      return id;
    });
    services.lifecycle.work(change);
    return { ...(await getSuppression(context, path.id)), change };
  },
});

/** Whoever answers for a rule may at least read what it hides. */
export function ownerNamed({ services, caller }: OperationContext, named: string): Promise<string> {
  return resolveAssignee(services.store.db, {
    named,
    me: caller.id,
    field: 'owner',
    mayRead: async (account) =>
      (await services.grants.permissionsIn(account, caller.project)).has('finding:read'),
  });
}

export async function getSuppression({ services, caller }: OperationContext, id: string) {
  const { db } = services.store;
  const row = await db
    .selectFrom('suppression')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', caller.project)
    .executeTakeFirst();
  const [shown] = await toSuppressions(db, row ? [row] : []);
  if (!shown) throw new SentinelError('not-found', `There is no suppression rule ${id}.`);
  return shown;
}

export async function toSuppressions(
  db: Kysely<Database>,
  rows: readonly SuppressionRow[],
): Promise<z.output<typeof Suppression>[]> {
  if (rows.length === 0) return [];
  const names = await loginsOf(
    db,
    rows.map(({ owner }) => owner),
  );
  const counts = await db
    .selectFrom('finding')
    .select(['hidden_by', sql<number>`count(*)`.as('count')])
    .where(
      'hidden_by',
      'in',
      rows.map(({ id }) => id),
    )
    .groupBy('hidden_by')
    .execute();
  const hides = new Map(counts.map(({ hidden_by, count }) => [hidden_by, Number(count)]));
  return rows.map(({ project: _project, ...row }) => ({
    ...row,
    ownerName: names.get(row.owner) ?? row.owner,
    hides: hides.get(row.id) ?? 0,
  }));
}

export function wrong(field: string, message: string): SentinelError {
  return new SentinelError('invalid-parameter', message, { fields: [{ field, message }] });
}
