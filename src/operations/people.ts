import * as z from 'zod';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

/** More are no list to pick from: the login is typed then. */
const MOST = 1_000;

/** Who works on findings needs to know whom to give them, and nothing else of an account. */
export const findingPeople = defineOperation({
  id: 'findings.people',
  summary: 'Who can be given findings of the project: accounts that may read them and are not locked',
  method: 'GET',
  path: '/findings/people',
  permission: 'finding:triage',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    items: z.array(z.object({ id: z.string(), login: z.string(), name: z.string(), me: z.boolean() })),
    /** There are more: they are found by login only. */
    more: z.boolean(),
  }),
  cli: 'findings people',
  async handler({ services, caller }) {
    const rows = await services.store.db
      .selectFrom('user_account')
      .select(['id', 'login', 'name'])
      .where('disabled', '=', 0)
      .orderBy('kind')
      .orderBy('login')
      .limit(MOST + 1)
      .execute();
    const items: { id: string; login: string; name: string; me: boolean }[] = [];
    for (const row of rows.slice(0, MOST)) {
      const permissions = await services.grants.permissionsIn(row.id, caller.project);
      if (permissions.has('finding:read')) items.push({ ...row, me: row.id === caller.id });
    }
    return { items, more: rows.length > MOST };
  },
});
