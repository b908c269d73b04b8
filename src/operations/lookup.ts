import * as z from 'zod';
import { defineOperation, type OperationContext } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const End = z.object({
  end: z
    .string()
    .regex(/^[0-9a-fA-F]{4,12}$/, 'expects the last 4 to 12 digits of an id')
    .describe('The last digits of an id: they are random and nearly always enough')
    .meta({ examples: ['4f2a91c3'] }),
});
const Found = listOf(z.object({ id: z.string() }));

/** More than this is no answer to 'which one'. */
const MOST = 10;

export const runLookup = defineOperation({
  id: 'runs.lookup',
  summary: 'Runs whose id ends so',
  method: 'GET',
  path: '/runs/lookup',
  permission: 'run:read',
  audited: false,
  pathParams: NONE,
  query: End,
  body: NO_BODY,
  output: Found,
  cli: 'runs show',
  handler: (context, { query }) => endingIn(context, 'run', query.end),
});

export const findingLookup = defineOperation({
  id: 'findings.lookup',
  summary: 'Findings whose id ends so',
  method: 'GET',
  path: '/findings/lookup',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: End,
  body: NO_BODY,
  output: Found,
  cli: 'findings show',
  handler: (context, { query }) => endingIn(context, 'finding', query.end),
});

async function endingIn(
  { services, caller }: OperationContext,
  table: 'run' | 'finding',
  end: string,
): Promise<z.output<typeof Found>> {
  const items = await services.store.db
    .selectFrom(table)
    .select('id')
    .where('project', '=', caller.project)
    .where('id', 'like', `%${end.toLowerCase()}`)
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute();
  return { items, nextCursor: null };
}
