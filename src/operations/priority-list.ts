import * as z from 'zod';
import { PRIORITY_LIST, PriorityList, readPriorityList, USUAL_PRIORITY } from '../findings/priority-list.ts';
import { SentinelError } from '../lib/errors.ts';
import { loginsOf } from '../store/findings.ts';
import { readListFilter } from '../store/findings-index/keys.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

const Answer = PriorityList.extend({
  usual: z.boolean().describe('As it comes with SentinelX: nobody has set it'),
  setBy: z.string().nullable(),
  set: z.int().nullable(),
});

export const priorityListGet = defineOperation({
  id: 'findings.priorityList',
  summary: 'The findings that the project looks at first: as a query',
  method: 'GET',
  path: '/findings/priority-list',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Answer,
  cli: 'findings priority-list',
  handler: read,
});

export const priorityListPut = defineOperation({
  id: 'findings.setPriorityList',
  summary: 'Set which findings the project looks at first',
  method: 'PUT',
  path: '/findings/priority-list',
  permission: 'policy:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: PriorityList.strict(),
  output: Answer,
  cli: 'findings set-priority-list',
  async handler(context, { body }) {
    const { caller, services } = context;
    const query = body.query.trim();
    if (query === '') {
      const message = 'The list of what comes first needs a condition: else it is all findings.';
      throw new SentinelError('invalid-parameter', message, { fields: [{ field: 'query', message }] });
    }
    readListFilter(query, { now: Date.now(), me: caller.id });
    const before = await readPriorityList(services.store.db, caller.project);
    context.match(await read(context));
    const value = { query, sort: body.sort };
    const row = { value: JSON.stringify(value), updated: Date.now(), actor: caller.id };
    await context.change(async ({ tx }) => {
      await tx
        .insertInto('project_setting')
        .values({ project: caller.project, name: PRIORITY_LIST, ...row })
        .onConflict((conflict) => conflict.columns(['project', 'name']).doUpdateSet(row))
        .execute();
      context.audit({
        subject: caller.project,
        before: { query: before.query, sort: before.sort },
        after: value,
      });
    });
    return read(context);
  },
});

export const priorityListReset = defineOperation({
  id: 'findings.resetPriorityList',
  summary: 'Let the project look first at what SentinelX takes for first: open, critical or high',
  method: 'DELETE',
  path: '/findings/priority-list',
  permission: 'policy:write',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Answer,
  cli: 'findings reset-priority-list',
  async handler(context) {
    const { caller, services } = context;
    const { query, sort } = await readPriorityList(services.store.db, caller.project);
    await context.change(async ({ tx }) => {
      await tx
        .deleteFrom('project_setting')
        .where('project', '=', caller.project)
        .where('name', '=', PRIORITY_LIST)
        .execute();
      context.audit({ subject: caller.project, before: { query, sort }, after: USUAL_PRIORITY });
    });
    return read(context);
  },
});

async function read({ services, caller }: OperationContext): Promise<z.output<typeof Answer>> {
  const { db } = services.store;
  const { query, sort, set } = await readPriorityList(db, caller.project);
  const names = set ? await loginsOf(db, [set.by]) : new Map<string, string>();
  return {
    query,
    sort,
    usual: set === null,
    setBy: set && (names.get(set.by) ?? set.by),
    set: set?.time ?? null,
  };
}
