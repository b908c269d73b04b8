import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { Finding, FindingItem } from '../model/finding.ts';
import {
  assetNames,
  countFindings,
  countHidden,
  getFinding,
  labelsOf,
  listFindings,
  loginsOf,
  toSummary,
} from '../store/findings.ts';
import { FINDING_SORTS, sortValue } from '../store/findings-index/filter.ts';
import { FINDING_KEYS, readListFilter } from '../store/findings-index/keys.ts';
import { type Caller, defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import type { Services } from './services.ts';

/** Values of a facet that are shown; the rest is only counted. */
const MOST_VALUES = 50;

/** Order, value of the sorted column, id. */
const Cursor = z.tuple([z.enum(FINDING_SORTS), z.number(), z.string()]);

/** Left out unless the query asks about it: `is:suppressed`, `is:snoozed`, `is:merged`, `show:hidden`. */
const Hidden = z.object({
  suppressed: z.int(),
  snoozed: z.int(),
  merged: z.int(),
  /** Each finding once. */
  any: z.int(),
});

export const FindingQuery = z
  .string()
  .max(1000)
  .default('')
  .describe(
    `\`key:value\`, comma for or, space for and, \`-key:\` for not, for example \`severity:high,critical -status:fixed first-seen:>7d path:src/\`. Keys: ${Object.keys(FINDING_KEYS).join(', ')}. \`asset:shop\` is the asset of that name or id, \`asset:shop*\` all whose name begins so. Other words are looked for in title, message and place. What is suppressed, snoozed or merged is left out unless the query asks about it (\`is:suppressed\`, \`show:hidden\`).`,
  );

export const findingList = defineOperation({
  id: 'findings.list',
  summary: 'Findings, most severe first',
  method: 'GET',
  path: '/findings',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    q: FindingQuery,
    sort: z
      .enum(FINDING_SORTS)
      .default('severity')
      .describe('Most severe, highest priority, due, last seen or first seen first'),
  }),
  body: NO_BODY,
  output: listOf(FindingItem.extend({ assigneeName: z.string().nullable() })).extend({
    hidden: Hidden.nullable().describe('What fits and is left out; of the first page only'),
  }),
  cli: 'findings list',
  async handler({ services, caller }, { query }) {
    const { sort, limit } = query;
    const after = query.cursor ? unpackCursor(query.cursor, Cursor) : undefined;
    if (after && after[0] !== sort)
      throw new SentinelError('invalid-cursor', `The cursor belongs to the order '${after[0]}'.`);
    const { store } = services;
    const asked = {
      project: caller.project,
      ...readListFilter(query.q, { now: Date.now(), me: caller.id }),
    };
    await services.lifecycle.catchUp();
    const rows = await listFindings(store, {
      ...asked,
      sort,
      after: after && [after[1], after[2]],
      limit: limit + 1,
    });
    const result = page(rows, limit, (row) => packCursor(sort, sortValue(row, sort), row.id));
    const labels = await labelsOf(
      store.db,
      result.rows.map(({ id }) => id),
    );
    const names = await loginsOf(
      store.db,
      result.rows.flatMap(({ assignee }) => assignee ?? []),
    );
    return {
      items: result.rows.map((row) => ({
        ...toSummary(row),
        labels: labels.get(row.id) ?? [],
        assigneeName: row.assignee && (names.get(row.assignee) ?? row.assignee),
      })),
      nextCursor: result.nextCursor,
      hidden: after ? null : await countHidden(store, asked),
    };
  },
});

const Facet = z.object({
  values: z.array(z.object({ value: z.string(), name: z.string().optional(), count: z.int() })),
  /** How many further values there are. */
  more: z.int(),
});

export const findingFacets = defineOperation({
  id: 'findings.facets',
  summary: 'How many findings fit a query, by severity, status, task, rule, asset, assignee and label',
  method: 'GET',
  path: '/findings/facets',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ q: FindingQuery }),
  body: NO_BODY,
  output: z.object({
    counts: z.literal('exact'),
    total: z.int(),
    facets: z.object({
      severity: Facet,
      status: Facet,
      confidence: Facet,
      task: Facet,
      rule: Facet,
      asset: Facet,
      assignee: Facet,
      label: Facet,
    }),
    hidden: Hidden,
  }),
  cli: 'findings facets',
  async handler({ services, caller }, { query }) {
    const { total, counts, hidden } = await countedFindings(services, caller, query.q);
    const logins = await loginsOf(
      services.store.db,
      counts.assignee.slice(0, MOST_VALUES).map(([id]) => id),
    );
    const assets = await assetNames(
      services.store.db,
      counts.asset.slice(0, MOST_VALUES).map(([id]) => id),
    );
    const facet = (field: keyof typeof counts) => ({
      values: counts[field].slice(0, MOST_VALUES).map(([value, count]) => {
        const name =
          field === 'asset' ? assets.get(value) : field === 'assignee' ? logins.get(value) : undefined;
        return { value, count, ...(name !== undefined && { name }) };
      }),
      more: Math.max(0, counts[field].length - MOST_VALUES),
    });
    return {
      counts: 'exact' as const,
      total,
      facets: {
        severity: facet('severity'),
        status: facet('status'),
        confidence: facet('confidence'),
        task: facet('task'),
        rule: facet('rule'),
        asset: facet('asset'),
        assignee: facet('assignee'),
        label: facet('label'),
      },
      hidden,
    };
  },
});

/**
 * Counts on PostgreSQL take a scan: servers share them in Redis until the next event of any kind. A time in the query moves with the
 * clock, one about oneself with who asks: they are counted anew.
 */
export async function countedFindings({ store, shared }: Services, { project, id }: Caller, q: string) {
  const count = () => countFindings(store, { project, ...readListFilter(q, { now: Date.now(), me: id }) });
  const ofItsOwn = /-seen:|due:|until:|overdue|:me\b|,me\b/;
  if (!shared || store.dialect !== 'postgres' || ofItsOwn.test(q)) return count();
  const name = `facets:${store.epoch}:${await store.head()}:${project}:${q}`;
  const found = await shared.get(name);
  if (found) return found.value as Awaited<ReturnType<typeof count>>;
  const value = await count();
  shared.set(name, value);
  return value;
}

export const findingGet = defineOperation({
  id: 'findings.get',
  summary: 'One finding with its code, its rule and the runs that saw it',
  method: 'GET',
  path: '/findings/{id}',
  permission: 'finding:read',
  audited: false,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: Finding.extend({
    assigneeName: z.string().nullable(),
    occurrences: z.array(z.object({ run: z.string(), change: z.string() })),
  }),
  cli: 'findings show',
  async handler({ services, caller }, { path }) {
    await services.lifecycle.catchUp();
    const finding = await getFinding(services.store.db, path.id, caller.project);
    const occurrences = await services.store.db
      .selectFrom('occurrence')
      .select(['run', 'change'])
      .where('finding', '=', path.id)
      .orderBy('run', 'desc')
      .limit(100)
      .execute();
    const { assignee } = finding;
    const names = await loginsOf(services.store.db, assignee === null ? [] : [assignee]);
    return { ...finding, assigneeName: assignee && (names.get(assignee) ?? assignee), occurrences };
  },
});
