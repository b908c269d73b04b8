import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';
import { FindingStatus } from '../model/finding.ts';
import { Location } from '../model/location.ts';
import { SEVERITIES, Severity } from '../model/severity.ts';
import { type Before, changeOf } from '../reports/collect/changes.ts';
import { readReport } from '../reports/job/report-files.ts';
import { notReady } from '../reports/job/report-jobs.ts';
import { CHANGES, Change, type ReportFinding } from '../reports/model.ts';
import { lines } from '../reports/snapshot/read-snapshot.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { NO_BODY, Page, packCursor, unpackCursor } from './paging.ts';
import { ownReport, type ReportRow } from './report-view.ts';

const Difference = z.object({
  id: z.string(),
  change: Change,
  severity: Severity,
  status: FindingStatus,
  title: z.string(),
  task: z.string(),
  rule: z.string(),
  location: Location,
  before: z.object({ severity: Severity, status: FindingStatus }).nullable(),
});
type Difference = z.output<typeof Difference>;

export const reportDiff = defineOperation({
  id: 'reports.diff',
  summary: 'What is new, fixed or changed between two reports',
  method: 'GET',
  path: '/reports/{id}/diff/{other}',
  permission: 'report:read',
  audited: false,
  pathParams: z.object({ id: z.string().max(60), other: z.string().max(60) }),
  query: z.object({
    ...Page,
    change: z.enum(CHANGES).optional().describe('Only these; usually everything but what is as before'),
  }),
  body: NO_BODY,
  output: z.object({
    /** The earlier report and the later one, whichever way round they were named. */
    from: z.string(),
    to: z.string(),
    counts: z.record(Change, z.int()),
    bySeverity: z.record(Change, z.record(Severity, z.int())),
    items: z.array(Difference),
    nextCursor: z.string().nullable(),
  }),
  cli: 'report diff',
  async handler(context, { path, query }) {
    const pair = [await ownReport(context, path.id), await ownReport(context, path.other)];
    const [older, newer] = pair.sort((a, b) => Number(a.as_of ?? 0) - Number(b.as_of ?? 0)) as [
      ReportRow,
      ReportRow,
    ];
    if (older.id === newer.id)
      throw new SentinelError('invalid-parameter', 'other: a report does not differ from itself.');
    const { counts, bySeverity, items } = await compare(context, older, newer, query.change);
    const from = query.cursor ? unpackCursor(query.cursor, z.tuple([z.int()]))[0] : 0;
    const next = from + query.limit;
    return {
      from: older.id,
      to: newer.id,
      counts,
      bySeverity,
      items: items.slice(from, next),
      nextCursor: next < items.length ? packCursor(next) : null,
    };
  },
});

async function compare(
  context: OperationContext,
  older: ReportRow,
  newer: ReportRow,
  only: Change | undefined,
) {
  const before = new Map<string, ReportFinding>();
  for await (const finding of findingsOf(context, older)) before.set(finding.id, finding);
  const counts = Object.fromEntries(CHANGES.map((name) => [name, 0])) as Record<Change, number>;
  const bySeverity = Object.fromEntries(
    CHANGES.map((name) => [name, Object.fromEntries(SEVERITIES.map((severity) => [severity, 0]))]),
  ) as Record<Change, Record<Severity, number>>;
  const items: Difference[] = [];
  const add = (finding: ReportFinding, change: Change, was: Before | null) => {
    counts[change] += 1;
    bySeverity[change][finding.severity] += 1;
    if (only === undefined ? change !== 'open' : change === only)
      items.push(toDifference(finding, change, was));
  };
  for await (const finding of findingsOf(context, newer)) {
    const was = before.get(finding.id) ?? null;
    before.delete(finding.id);
    add(finding, changeOf(finding, was, true), was);
  }
  // What the later one does not have: fixed since then, or not what it is about.
  const fixed = await fixedBy(context, [...before.keys()], Number(newer.as_of));
  for (const finding of before.values())
    if (finding.status !== 'fixed')
      add(
        { ...finding, status: fixed.has(finding.id) ? 'fixed' : finding.status },
        fixed.has(finding.id) ? 'fixed' : 'gone',
        finding,
      );
  return { counts, bySeverity, items };
}

async function* findingsOf({ services }: OperationContext, row: ReportRow): AsyncGenerator<ReportFinding> {
  if (row.status !== 'ready') throw notReady(row);
  const file = await readReport(services.store.db, row.id, 'json');
  if (!file) throw new SentinelError('report-damaged', `The snapshot of the report ${row.id} is missing.`);
  let inside = false;
  for await (const line of lines(services.blobs.open(file.blob))) {
    if (!inside) inside = line === '"findings":[';
    else if (line.startsWith(']}')) return;
    else yield JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line) as ReportFinding;
  }
}

async function fixedBy(
  { services }: OperationContext,
  ids: readonly string[],
  time: number,
): Promise<Set<string>> {
  const fixed = new Set<string>();
  for (let from = 0; from < ids.length; from += 500) {
    const rows = await services.store.db
      .selectFrom('finding')
      .select(['id', 'closed'])
      .where('id', 'in', ids.slice(from, from + 500))
      .where('status', '=', 'fixed')
      .execute();
    for (const row of rows) if (row.closed === null || Number(row.closed) <= time) fixed.add(row.id);
  }
  return fixed;
}

function toDifference(finding: ReportFinding, change: Change, was: Before | null): Difference {
  const { id, severity, status, title, task, rule, location } = finding;
  return {
    id,
    change,
    severity,
    status,
    title,
    task,
    rule,
    location,
    before: was && { severity: was.severity, status: was.status },
  };
}
