import * as z from 'zod';
import type { App } from '../../app.ts';
import { ERROR_CODES } from '../../lib/error-codes.ts';
import { FindingSummary } from '../../model/finding.ts';
import type { Problem, Run } from '../../model/run.ts';
import { atLeast, SEVERITIES, type Severity } from '../../model/severity.ts';
import type { Caller } from '../../operations/operation.ts';
import { runFindings, runGet, runProblems } from '../../operations/runs.ts';
import { call } from '../session.ts';

export const RunFinding = FindingSummary.extend({ change: z.enum(['new', 'seen', 'reopened']) });
export type RunFinding = z.infer<typeof RunFinding>;

/** What `--json` prints: these four and nothing else. */
export interface RunReport {
  run: Run;
  findings: RunFinding[];
  output: unknown;
  problems: Problem[];
}

const PAGE = 1000;

/** The whole run, read page by page; most severe first, then by place. */
export async function readReport(app: App, id: string, caller: Caller): Promise<RunReport> {
  const run = await call(app, runGet, { path: { id } }, caller);
  const findings: RunFinding[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(
      app,
      runFindings,
      { path: { id }, query: { limit: PAGE, ...(cursor ? { cursor } : {}) } },
      caller,
    );
    findings.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const problems = (await call(app, runProblems, { path: { id } }, caller)).items;
  return { run, findings: findings.sort(bySeverityAndPlace), output: run.output ?? null, problems };
}

function bySeverityAndPlace(a: RunFinding, b: RunFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true }) ||
    (a.id < b.id ? -1 : 1)
  );
}

function placeOf({ location }: RunFinding): string {
  return location.kind === 'file'
    ? `${location.path}:${location.region?.startLine ?? 0}`
    : JSON.stringify(location);
}

/** When several apply: cancelled, wrong use, failed, gate, partial. */
export function exitCodeOf({ run, findings }: RunReport, gate: Severity | undefined): number {
  if (run.status === 'cancelled') return 130;
  if (run.status === 'failed' || run.status === 'interrupted') {
    const code = run.error?.code;
    return code !== undefined && Object.hasOwn(ERROR_CODES, code)
      ? ERROR_CODES[code as keyof typeof ERROR_CODES].exit
      : 1;
  }
  if (gate !== undefined && findings.some((finding) => isOpen(finding) && atLeast(finding.severity, gate)))
    return 2;
  return run.status === 'partial' ? 3 : 0;
}

/** What somebody decided about (false positive, accepted risk) does not stop a build. */
export function isOpen(finding: Pick<FindingSummary, 'status'>): boolean {
  return finding.status === 'open' || finding.status === 'confirmed';
}
