import type { Selectable } from 'kysely';
import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import { loginsOf } from '../store/findings.ts';
import { FINDING_SORTS } from '../store/findings-index/filter.ts';
import { readListFilter } from '../store/findings-index/keys.ts';
import type { Database } from '../store/schema.ts';
import { may } from './invoke.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

type ViewRow = Selectable<Database['saved_view']>;

const MOST_VIEWS = 200;
const Path = z.object({ id: z.string().max(100) });
const Name = z.string().trim().min(1).max(100);
const ViewQuery = z.string().max(1000).describe('As in the list of findings; `assignee:me` is whoever looks');
const Sort = z.enum(FINDING_SORTS);

const View = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  sort: Sort,
  shared: z.boolean().describe('Everybody in the project sees it'),
  owner: z.string(),
  ownerName: z.string(),
  created: z.int(),
  updated: z.int(),
});

export const viewList = defineOperation({
  id: 'views.list',
  summary: 'Saved lists of findings: my own, and those shared in the project, by name',
  method: 'GET',
  path: '/views',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(View),
  cli: 'view list',
  async handler(context) {
    const rows = await visible(context).orderBy('name').orderBy('id').execute();
    return { items: await toViews(context, rows), nextCursor: null };
  },
});

export const viewCreate = defineOperation({
  id: 'views.create',
  summary: 'Save a list of findings under a name, for oneself or for the project',
  method: 'POST',
  path: '/views',
  permission: 'finding:read',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.strictObject({
    name: Name,
    query: ViewQuery,
    sort: Sort.default('severity'),
    shared: z.boolean().default(false).describe('With everybody in the project; needs finding:triage'),
  }),
  status: 201,
  output: View,
  cli: 'view add',
  async handler(context, { body }) {
    const { caller, services } = context;
    check(context, body);
    const now = Date.now();
    const row = {
      id: newId('view'),
      project: caller.project,
      owner: caller.id,
      name: visibleText(body.name),
      place: 'findings',
      query: body.query,
      sort: body.sort,
      shared: Number(body.shared),
      created: now,
      updated: now,
    };
    await context.change(async ({ tx }) => {
      const { count } = await tx
        .selectFrom('saved_view')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('project', '=', caller.project)
        .where('owner', '=', caller.id)
        .executeTakeFirstOrThrow();
      if (Number(count) >= MOST_VIEWS)
        throw new SentinelError(
          'not-possible-now',
          `One keeps ${MOST_VIEWS} views at most: remove one first.`,
        );
      await refuseSameName(tx, row);
      await tx.insertInto('saved_view').values(row).execute();
      context.audit({ subject: row.id, after: { name: row.name, query: row.query, shared: body.shared } });
    });
    return first(await toViews({ services, caller }, [row]));
  },
});

export const viewUpdate = defineOperation({
  id: 'views.update',
  summary: 'Change a saved list of findings',
  method: 'PATCH',
  path: '/views/{id}',
  permission: 'finding:read',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: z.strictObject({
    name: Name.optional(),
    query: ViewQuery.optional(),
    sort: Sort.optional(),
    shared: z.boolean().optional(),
  }),
  output: View,
  cli: 'view update',
  async handler(context, { path, body }) {
    const row = await owned(context, path.id);
    check(context, body);
    const changed = {
      ...(body.name !== undefined && { name: visibleText(body.name) }),
      ...(body.query !== undefined && { query: body.query }),
      ...(body.sort !== undefined && { sort: body.sort }),
      ...(body.shared !== undefined && { shared: Number(body.shared) }),
      updated: Date.now(),
    };
    const next = { ...row, ...changed };
    await context.change(async ({ tx }) => {
      await refuseSameName(tx, next);
      await tx.updateTable('saved_view').set(changed).where('id', '=', row.id).execute();
      context.audit({
        subject: row.id,
        before: { name: row.name, query: row.query, shared: row.shared === 1 },
        after: { name: next.name, query: next.query, shared: next.shared === 1 },
      });
    });
    return first(await toViews(context, [next]));
  },
});

export const viewRemove = defineOperation({
  id: 'views.remove',
  summary: 'Remove a saved list of findings',
  method: 'DELETE',
  path: '/views/{id}',
  permission: 'finding:read',
  audited: true,
  pathParams: Path,
  query: NONE,
  body: NO_BODY,
  status: 204,
  output: z.object({}),
  cli: 'view remove',
  async handler(context, { path }) {
    const row = await owned(context, path.id);
    await context.change(async ({ tx }) => {
      await tx.deleteFrom('saved_view').where('id', '=', row.id).execute();
      context.audit({ subject: row.id, before: { name: row.name, query: row.query } });
    });
    return {};
  },
});

function check(
  { caller }: OperationContext,
  body: { query?: string | undefined; shared?: boolean | undefined },
): void {
  if (body.query !== undefined) readListFilter(body.query, { now: Date.now(), me: caller.id });
  if (body.shared === true && !may(caller, 'finding:triage'))
    throw new SentinelError('forbidden', 'To share a view needs the permission finding:triage.');
}

function visible({ services, caller }: OperationContext) {
  return services.store.db
    .selectFrom('saved_view')
    .selectAll()
    .where('project', '=', caller.project)
    .where((e) => e.or([e('owner', '=', caller.id), e('shared', '=', 1)]));
}

/** Its owner changes it; a shared one is also in the hands of who may accept risks: its owner may be gone. */
async function owned(context: OperationContext, id: string): Promise<ViewRow> {
  const row = await visible(context).where('id', '=', id).executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no view ${id}.`);
  if (row.owner !== context.caller.id && !may(context.caller, 'finding:accept'))
    throw new SentinelError('forbidden', 'Only its owner changes a view.');
  return row;
}

/** Within what one person owns, a name stands for one view. */
async function refuseSameName(
  tx: OperationContext['services']['store']['db'],
  { id, project, owner, name }: ViewRow,
): Promise<void> {
  const other = await tx
    .selectFrom('saved_view')
    .select('id')
    .where('project', '=', project)
    .where('owner', '=', owner)
    .where('name', '=', name)
    .where('id', '<>', id)
    .executeTakeFirst();
  if (other)
    throw new SentinelError('already-exists', `There is a view '${name}' already.`, {
      fields: [{ field: 'name', message: 'is taken' }],
    });
}

async function toViews(
  { services }: Pick<OperationContext, 'services' | 'caller'>,
  rows: readonly ViewRow[],
): Promise<z.output<typeof View>[]> {
  const names = await loginsOf(
    services.store.db,
    rows.map(({ owner }) => owner),
  );
  return rows.map(({ id, name, query, sort, shared, owner, created, updated }) => ({
    id,
    name,
    query,
    sort: Sort.catch('severity').parse(sort),
    shared: shared === 1,
    owner,
    ownerName: names.get(owner) ?? owner,
    created,
    updated,
  }));
}

function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new SentinelError('internal', 'There is nothing to show.');
  return one;
}
