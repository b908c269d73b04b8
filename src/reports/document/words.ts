import { SEVERITIES } from '../../model/severity.ts';
import { numberText } from '../charts/chart.ts';
import type { ReportHead } from '../model.ts';

export const STATUS_NAMES: Record<string, string> = {
  open: 'Open',
  confirmed: 'Confirmed',
  'false-positive': 'False positive',
  'risk-accepted': 'Risk accepted',
  fixed: 'Fixed',
  duplicate: 'Duplicate',
};

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** `2026-01-31 12:00 UTC`. */
export function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** What it all comes to, in one or two sentences. */
export function verdict({ counts }: ReportHead): string {
  const { total, open, openSeverity } = counts;
  if (total === 0) return 'Nothing was found that fits.';
  if (open === 0) return `${plural(total, 'finding')}, none of them open.`;
  const parts = SEVERITIES.filter((severity) => openSeverity[severity] > 0).map(
    (severity) => `${numberText(openSeverity[severity])} ${severity}`,
  );
  const list = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts[0];
  return `${plural(total, 'finding')}, ${open === total ? (total === 1 ? 'open' : 'all of them open') : `${numberText(open)} of them open`}: ${list}.`;
}

export function againstText(head: ReportHead): string | null {
  const { against } = head;
  if (against === null) return null;
  switch (against.kind) {
    case 'report':
      return `Compared with the report “${against.title}” of ${timeText(against.asOf)} (${against.report}).`;
    case 'time':
      return `Compared with the state of ${timeText(against.time)}.`;
    case 'nothing':
      return 'There is no earlier report about the same: everything is new.';
  }
}
