import { type DiffOrder, diff } from '../findings/diff/diff.ts';
import type { SideFinding } from '../findings/diff/diff-sets.ts';
import type { Diff } from '../findings/diff/sections.ts';
import { readSide } from '../findings/diff/side.ts';
import { placeOf } from '../findings/place.ts';
import { SentinelError } from '../lib/errors.ts';
import { readReport } from '../reports/job/report-files.ts';
import { findingsIn } from '../reports/snapshot/read-snapshot.ts';
import type { OperationContext } from './operation.ts';

export interface Sides {
  from: string;
  to: string;
  asset?: string | undefined;
}

/** The comparison of two sides as people named them. */
export async function compared(context: OperationContext, { from, to, asset }: Sides): Promise<Diff> {
  const { services, caller } = context;
  const now = Date.now();
  const order: DiffOrder = {
    store: services.store,
    project: caller.project,
    now,
    older: readSide(from, 'from', now),
    newer: readSide(to, 'to', now),
    asset,
    readReport: (report) => findingsOf(context, report),
  };
  return diff(order);
}

async function* findingsOf(
  { services, caller }: OperationContext,
  report: string,
): AsyncGenerator<SideFinding> {
  const { db } = services.store;
  const row = await db
    .selectFrom('report')
    .select('id')
    .where('id', '=', report)
    .where('project', '=', caller.project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no report ${report}.`);
  const stored = await readReport(db, report, 'json');
  if (!stored)
    throw new SentinelError(
      'report-not-ready',
      `The report ${report} has no snapshot that could be compared.`,
    );
  for await (const { id, task, status, severity, location } of findingsIn(services.blobs.open(stored.blob)))
    yield { id, tool: task, status, severity, place: placeOf(location) };
}
