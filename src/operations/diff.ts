import * as z from 'zod';
import type { Diff, DiffEntry } from '../findings/diff/sections.ts';
import type { DiffSection } from '../model/diff-section.ts';
import { DIFF_SECTIONS } from '../model/diff-section.ts';
import { FindingSummary } from '../model/finding.ts';
import { SEVERITIES, Severity } from '../model/severity.ts';
import { toSummary } from '../store/findings.ts';
import { ROW_COLUMNS } from '../store/findings-index/row.ts';
import type { Store } from '../store/store.ts';
import { DIFF_FORMATS, renderDiff } from './diff-file.ts';
import { compared } from './diff-sides.ts';
import { Download, defineOperation } from './operation.ts';
import { NO_BODY, NONE, Page, packCursor, unpackCursor } from './paging.ts';

const Side = z.string().min(1).max(300);
export const DiffSides = {
  from: Side.describe('The older side: run_… (a run or an import), rpt_…, asset:NAME, @2026-11-01, @7d'),
  to: Side.describe('The newer side; @now is now'),
  asset: z.string().max(200).optional().describe('Of two times: only of this asset'),
};
const Cursor = z.tuple([z.enum(DIFF_SECTIONS), z.number(), z.string()]);
const Count = z.object({ total: z.int(), bySeverity: z.record(Severity, z.int()) });
export const DiffItem = z.object({
  finding: FindingSummary,
  severity: Severity.describe('On the newer side; that of the finding is the one of now'),
  was: z
    .object({ status: z.string().optional(), severity: z.string().optional(), place: z.string().optional() })
    .nullable()
    .describe('What was different on the older side'),
});
export type DiffItem = z.output<typeof DiffItem>;

export const findingDiff = defineOperation({
  id: 'findings.diff',
  summary: 'What is new, fixed, still there and changed between two runs, imports, reports, assets or times',
  method: 'GET',
  path: '/findings/diff',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({
    ...Page,
    ...DiffSides,
    section: z.enum(DIFF_SECTIONS).default('new').describe('Which of them to list'),
  }),
  body: NO_BODY,
  output: z.object({
    counts: z.record(z.enum(DIFF_SECTIONS), Count),
    section: z.enum(DIFF_SECTIONS),
    items: z.array(DiffItem),
    nextCursor: z.string().nullable(),
  }),
  cli: 'findings diff',
  async handler(context, { query }) {
    const found = await compared(context, query);
    const { limit } = query;
    const cursor = query.cursor ? unpackCursor(query.cursor, Cursor) : undefined;
    const section = cursor?.[0] ?? query.section;
    const entries = await found[section].page(cursor && [cursor[1], cursor[2]], limit + 1);
    const items = await hydrate(context.services.store, context.caller.project, entries.slice(0, limit));
    const last = entries.slice(0, limit).at(-1);
    return {
      counts: countsOf(found),
      section,
      items,
      nextCursor: entries.length > limit && last ? packCursor(section, last.rank, last.id) : null,
    };
  },
});

export const findingDiffFile = defineOperation({
  id: 'findings.diffFile',
  summary:
    'The same comparison as a file: Markdown for a pull request, SARIF with the state of each result, JSON',
  method: 'GET',
  path: '/findings/diff/file',
  permission: 'finding:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ ...DiffSides, format: z.enum(DIFF_FORMATS).default('markdown') }),
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'findings diff',
  async handler(context, { query }) {
    const { services, caller } = context;
    const found = await compared(context, query);
    const every = (section: DiffSection) => allOf(services.store, caller.project, found, section);
    const counts = countsOf(found);
    const { from, to, format } = query;
    return renderDiff({ from, to, counts, version: services.version, every }, format);
  },
});

const PAGE = 1000;

async function* allOf(
  store: Store,
  project: string,
  found: Diff,
  section: DiffSection,
): AsyncGenerator<DiffItem> {
  let after: readonly [number, string] | undefined;
  for (;;) {
    const entries = await found[section].page(after, PAGE);
    const items = await hydrate(store, project, entries);
    yield* items;
    const last = entries.at(-1);
    if (entries.length < PAGE || !last) return;
    after = [last.rank, last.id];
  }
}

function countsOf(found: Diff) {
  return Object.fromEntries(
    DIFF_SECTIONS.map((name) => [name, { total: found[name].total, bySeverity: found[name].bySeverity }]),
  ) as Record<DiffSection, { total: number; bySeverity: Record<Severity, number> }>;
}

/** The rows of a page, in its order. */
async function hydrate(store: Store, project: string, entries: readonly DiffEntry[]): Promise<DiffItem[]> {
  if (entries.length === 0) return [];
  const rows = await store.db
    .selectFrom('finding')
    .select(ROW_COLUMNS)
    .where(
      'id',
      'in',
      entries.map(({ id }) => id),
    )
    .execute();
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  return entries.flatMap(({ id, rank, was }) => {
    const row = rowOf.get(id);
    return row?.project === project
      ? [{ finding: toSummary(row), severity: SEVERITIES[rank] ?? 'info', was }]
      : [];
  });
}
