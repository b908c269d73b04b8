import * as z from 'zod';
import { FindingSummary } from '../model/finding.ts';
import { SEVERITIES } from '../model/severity.ts';

/** A finding as a run saw it. */
export const RunFinding = FindingSummary.extend({ change: z.enum(['new', 'seen', 'reopened']) });
export type RunFinding = z.infer<typeof RunFinding>;

/** Most severe first, then by place: the order of every report. */
export function bySeverityAndPlace(a: RunFinding, b: RunFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true }) ||
    (a.id < b.id ? -1 : 1)
  );
}

/** What somebody decided about (false positive, accepted risk) does not stop a build. */
export function isOpen(finding: Pick<FindingSummary, 'status'>): boolean {
  return finding.status === 'open' || finding.status === 'confirmed';
}

function placeOf({ location }: RunFinding): string {
  return location.kind === 'file'
    ? `${location.path}:${location.region?.startLine ?? 0}`
    : JSON.stringify(location);
}
