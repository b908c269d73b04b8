import type { Kysely } from 'kysely';
import * as z from 'zod';
import { RuleText } from '../model/rule.ts';
import { SEVERITIES } from '../model/severity.ts';
import { assetNames } from '../store/findings.ts';
import type { Database } from '../store/schema.ts';
import { countedFindings, FindingQuery } from './findings.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

/** More groups than one can look at; the rest is only counted. */
const MOST = 200;

const Group = z.object({
  value: z.string(),
  name: z.string().nullable().describe('Of an asset: its name'),
  title: z.string().nullable().describe('Of a rule: what it finds'),
  count: z.int(),
  bySeverity: z.record(z.string(), z.int()),
});
type Group = z.output<typeof Group>;

export const findingGroups = defineOperation({
  id: 'findings.groups',
  summary: 'The findings that fit a query, by rule or by asset, each with its counts by severity',
  method: 'GET',
  path: '/findings/groups',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    q: FindingQuery,
    by: z.enum(['rule', 'asset']).default('rule'),
    sort: z.enum(['severity', 'count']).default('severity').describe('The worst or the largest first'),
  }),
  body: NO_BODY,
  output: z.object({
    items: z.array(Group),
    /** How many further groups there are. */
    more: z.int(),
    total: z.int().describe('Findings in all of them'),
  }),
  cli: 'findings groups',
  async handler({ services, caller }, { query }) {
    const { q, by, sort } = query;
    const { counts, total } = await countedFindings(services, caller, q);
    const groups = new Map(
      counts[by].map(([value, count]): [string, Group] => [
        value,
        { value, name: null, title: null, count, bySeverity: {} },
      ]),
    );
    for (const [severity] of counts.severity) {
      // First: a quote that is still open must not swallow it.
      const of = await countedFindings(services, caller, `severity:${severity} ${q}`);
      for (const [value, count] of of.counts[by]) {
        const group = groups.get(value);
        if (group) group.bySeverity[severity] = count;
      }
    }
    const sorted = [...groups.values()].sort(sort === 'count' ? byCount : bySeverity);
    const items = sorted.slice(0, MOST);
    const { db } = services.store;
    const values = items.map(({ value }) => value);
    const names = by === 'asset' ? await assetNames(db, values) : new Map<string, string>();
    const titles = by === 'rule' ? await titlesOf(db, values) : new Map<string, string>();
    return {
      items: items.map((group) => ({
        ...group,
        name: names.get(group.value) ?? null,
        title: titles.get(group.value) ?? null,
        bySeverity: Object.fromEntries(
          SEVERITIES.flatMap((one) => (group.bySeverity[one] ? [[one, group.bySeverity[one]]] : [])),
        ),
      })),
      more: sorted.length - items.length,
      total,
    };
  },
});

function byCount(a: Group, b: Group): number {
  return b.count - a.count || a.value.localeCompare(b.value);
}

/** One with a critical finding is before one with a hundred that are high. */
function bySeverity(a: Group, b: Group): number {
  for (const severity of SEVERITIES) {
    const difference = (b.bySeverity[severity] ?? 0) - (a.bySeverity[severity] ?? 0);
    if (difference !== 0) return difference;
  }
  return byCount(a, b);
}

async function titlesOf(db: Kysely<Database>, rules: readonly string[]): Promise<Map<string, string>> {
  if (rules.length === 0) return new Map();
  const rows = await db
    .selectFrom('rule')
    .select(['id', 'text'])
    .where('id', 'in', rules)
    .orderBy('revision')
    .execute();
  return new Map(
    rows.flatMap(({ id, text }): [string, string][] => {
      const read = RuleText.safeParse(JSON.parse(text));
      return read.success ? [[id, read.data.title]] : [];
    }),
  );
}
