import type { Change, ReportWeek } from '../model.ts';
import { type BarRow, horizontalBars } from './bars.ts';
import type { Chart, Fill } from './chart.ts';
import { stackedColumns } from './columns.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
const NAMES = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', info: 'Info' } as const;
/** Rows of a ranking; the rest is counted together. */
const TOP = 8;

export const CHANGE_NAMES: Record<Change, string> = {
  new: 'New',
  reopened: 'Reopened',
  changed: 'Changed',
  fixed: 'Fixed',
  gone: 'No longer in the filter',
  open: 'As before',
};
const CHANGE_FILLS: Record<Change, Fill> = {
  new: 'high',
  reopened: 'critical',
  changed: 'medium',
  fixed: 'success',
  gone: 'muted',
  open: 'low',
};

export function severityChart(
  counts: Readonly<Record<(typeof SEVERITIES)[number], number>>,
  title = 'By severity',
): Chart {
  return horizontalBars({
    id: 'severity',
    title,
    what: 'Severity',
    rows: SEVERITIES.map((severity) => ({
      label: NAMES[severity],
      value: counts[severity],
      fill: severity,
      filter: { key: 'severity', value: severity },
    })),
  });
}

export function changeChart(counts: Readonly<Record<Change, number>>): Chart {
  const order: Change[] = ['new', 'reopened', 'changed', 'fixed', 'gone', 'open'];
  return horizontalBars({
    id: 'change',
    title: 'What changed',
    what: 'Change',
    rows: order.map((change) => ({
      label: CHANGE_NAMES[change],
      value: counts[change],
      fill: CHANGE_FILLS[change],
      filter: { key: 'change', value: change },
    })),
  });
}

/** `rows` in any order: the largest are shown, the rest is counted together. */
export function rankingChart(
  input: { id: string; title: string; what: string; key: string },
  rows: readonly { value: string; label: string; count: number; severity: Fill }[],
): Chart {
  const sorted = [...rows].sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  const shown = sorted.length <= TOP + 1 ? sorted : sorted.slice(0, TOP);
  const rest = sorted.slice(shown.length);
  return horizontalBars({
    ...input,
    rows: shown.map(
      ({ value, label, count, severity }): BarRow => ({
        label,
        value: count,
        fill: severity,
        filter: { key: input.key, value },
      }),
    ),
    more: { rows: rest.length, value: rest.reduce((sum, { count }) => sum + count, 0) },
  });
}

export function weeksChart(weeks: readonly ReportWeek[]): Chart {
  // The worst stands on the ground, where one can compare.
  return stackedColumns({
    id: 'weeks',
    title: `First seen, last ${weeks.length} weeks`,
    what: 'Week of',
    series: SEVERITIES.map((severity) => ({ label: NAMES[severity], fill: severity })),
    columns: weeks.map(({ start, opened }) => ({
      label: dayText(start),
      values: SEVERITIES.map((severity) => opened[severity]),
    })),
  });
}

/** `3 Nov`. */
function dayText(time: number): string {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
