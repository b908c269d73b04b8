import type { Kysely } from 'kysely';
import { FINDING_STATUSES, type FindingStatus } from '../../model/finding.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import type { Filter } from '../../store/findings-index/filter.ts';
import { matching } from '../../store/findings-index/sql.ts';
import type { Database } from '../../store/schema.ts';
import { type Change, isOpenStatus, type ReportFinding } from '../model.ts';

export interface Before {
  severity: Severity;
  status: FindingStatus;
}
/** What is known of the earlier time; undefined: it was not there. */
export type BeforeOf = (finding: ReportFinding) => Before | undefined;

/** What happened to a finding between the two. `fits`: it is what the report is about now. */
export function withChange(finding: ReportFinding, beforeOf: BeforeOf, fits: boolean): ReportFinding {
  const before = beforeOf(finding) ?? null;
  return { ...finding, before, change: changeOf(finding, before, fits) };
}

export function changeOf(now: Before, before: Before | null, fits: boolean): Change {
  if (now.status === 'fixed') return before?.status === 'fixed' ? 'open' : 'fixed';
  if (before === null) return 'new';
  if (before.status === 'fixed') return 'reopened';
  const decided = fits
    ? isOpenStatus(before.status) !== isOpenStatus(now.status)
    : before.status !== now.status;
  if (before.severity !== now.severity || decided) return 'changed';
  return fits ? 'open' : 'gone';
}

/** As it was at a time: by when it was first seen, and by what its history tells of the time behind it. */
export async function beforeTime(
  db: Kysely<Database>,
  time: number,
  ids: readonly string[],
): Promise<BeforeOf> {
  const earliest = new Map<string, Partial<Before>>();
  for (let from = 0; from < ids.length; from += 500) {
    const rows = await db
      .selectFrom('finding_history')
      .select(['finding', 'kind', 'data'])
      .where('finding', 'in', ids.slice(from, from + 500))
      .where('time', '>', time)
      .where('kind', 'in', ['status', 'severity', 'fixed', 'reopened'])
      .orderBy('id', 'desc')
      .execute();
    // From the newest back: what stands last is what was true at the time.
    for (const { finding, kind, data } of rows) {
      const known = earliest.get(finding) ?? {};
      const { from: was, reason } = JSON.parse(data) as { from?: unknown; reason?: unknown };
      if (kind === 'severity') {
        const severity = SEVERITIES.find((one) => one === was);
        if (severity) known.severity = severity;
      } else {
        const status = FINDING_STATUSES.find((one) => one === was);
        known.status =
          status ??
          (kind !== 'reopened' ? 'open' : reason === 'acceptance-expired' ? 'risk-accepted' : 'fixed');
      }
      earliest.set(finding, known);
    }
  }
  return (finding) => {
    if (finding.firstSeen > time) return undefined;
    const { severity, status } = earliest.get(finding.id) ?? {};
    const closedSince = finding.status === 'fixed' && (finding.closed ?? 0) > time;
    return {
      severity: severity ?? finding.severity,
      status: status ?? (closedSince ? 'open' : finding.status),
    };
  };
}

/** Findings that were fixed since then and that the filter would show but for that. */
export async function fixedSince(
  db: Kysely<Database>,
  options: { project: string; filter: Filter; time: number },
): Promise<{ id: string; severity_rank: number; location: string }[]> {
  const filter = options.filter.filter(
    ({ any }) => !any.every((atom) => atom.is === 'equal' && atom.column === 'status'),
  );
  return db
    .selectFrom('finding')
    .select(['id', 'severity_rank', 'location'])
    .where('project', '=', options.project)
    .where('status', '=', 'fixed')
    .where('closed', '>', options.time)
    .where(matching(filter))
    .execute();
}
