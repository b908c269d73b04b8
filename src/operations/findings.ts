import * as z from 'zod';
import { parseQuery } from '../lib/query.ts';
import { Finding, FindingSummary } from '../model/finding.ts';
import { getFinding, listFindings, toSummary } from '../store/findings.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';

const KEYS = ['severity', 'status', 'rule', 'task', 'path', 'run'] as const;

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
    q: z.string().max(1000).optional().describe('For example `severity:high,critical status:open`'),
  }),
  body: NO_BODY,
  output: listOf(FindingSummary),
  cli: 'findings list',
  async handler({ services, caller }, { query }) {
    const { keys, words } = parseQuery(query.q ?? '', KEYS);
    const after = query.cursor ? unpackCursor(query.cursor, z.tuple([z.number(), z.string()])) : undefined;
    const rows = await listFindings(services.store.db, {
      project: caller.project,
      limit: query.limit + 1,
      severity: keys.severity ?? [],
      status: keys.status ?? [],
      rule: keys.rule ?? [],
      task: keys.task ?? [],
      words: [...words, ...(keys.path ?? [])],
      ...(keys.run?.[0] ? { run: keys.run[0] } : {}),
      ...(after ? { after } : {}),
    });
    const result = page(rows, query.limit, (row) => packCursor(row.severity_rank, row.id));
    return { items: result.rows.map(toSummary), nextCursor: result.nextCursor };
  },
});

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
  output: Finding.extend({ occurrences: z.array(z.object({ run: z.string(), change: z.string() })) }),
  cli: 'findings show',
  async handler({ services, caller }, { path }) {
    const finding = await getFinding(services.store.db, path.id, caller.project);
    const occurrences = await services.store.db
      .selectFrom('occurrence')
      .select(['run', 'change'])
      .where('finding', '=', path.id)
      .orderBy('run', 'desc')
      .limit(100)
      .execute();
    return { ...finding, occurrences };
  },
});
