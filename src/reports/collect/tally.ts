import { FINDING_STATUSES } from '../../model/finding.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { CHANGES, isOpenStatus, type ReportFinding, type ReportHead, type ReportWeek } from '../model.ts';

const WEEK_MS = 7 * 86_400_000;
/** Monday, 5 January 1970. */
const FIRST_MONDAY = 4 * 86_400_000;
/** Half a year: as many columns as a page of paper shows. */
const WEEKS = 26;

type Counted = Pick<ReportHead, 'counts' | 'weeks'>;

/** Counts while the findings go by. */
export function createTally(asOf: number) {
  const counts: ReportHead['counts'] = {
    total: 0,
    open: 0,
    severity: zeros(SEVERITIES),
    openSeverity: zeros(SEVERITIES),
    status: zeros(FINDING_STATUSES),
    change: zeros(CHANGES),
  };
  const last = weekOf(asOf);
  const weeks: ReportWeek[] = Array.from({ length: WEEKS }, (_, index) => ({
    start: last - (WEEKS - 1 - index) * WEEK_MS,
    opened: zeros(SEVERITIES),
    closed: 0,
  }));
  const at = (time: number) => weeks[(weekOf(time) - (weeks[0]?.start ?? 0)) / WEEK_MS];

  return {
    add(finding: ReportFinding): void {
      counts.total += 1;
      counts.severity[finding.severity] += 1;
      counts.status[finding.status] += 1;
      if (isOpenStatus(finding.status)) {
        counts.open += 1;
        counts.openSeverity[finding.severity] += 1;
      }
      if (finding.change) counts.change[finding.change] += 1;
      const opened = at(finding.firstSeen);
      if (opened) opened.opened[finding.severity] += 1;
      const closed = finding.closed === null ? undefined : at(finding.closed);
      if (closed) closed.closed += 1;
    },
    counted: (): Counted => ({ counts, weeks }),
  };
}

function weekOf(time: number): number {
  return Math.floor((time - FIRST_MONDAY) / WEEK_MS) * WEEK_MS + FIRST_MONDAY;
}

function zeros<T extends string>(names: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<T, number>;
}
