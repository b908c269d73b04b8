import { ERROR_CODES } from '../../lib/error-codes.ts';
import type { Problem, Run } from '../../model/run.ts';
import { atLeast, type Severity } from '../../model/severity.ts';
import { runFindings, runGet, runProblems } from '../../operations/runs.ts';
import { bySeverityAndPlace, isOpen, type RunFinding } from '../../reports/run-findings.ts';
import type { Session } from '../session.ts';

/** What `--json` prints: these four and nothing else. */
export interface RunReport {
  run: Run;
  findings: RunFinding[];
  output: unknown;
  problems: Problem[];
}

const PAGE = 1000;

/** The whole run, read page by page; most severe first, then by place. */
export async function readReport(session: Session, id: string): Promise<RunReport> {
  const run = await session.call(runGet, { path: { id } });
  const findings: RunFinding[] = [];
  let cursor: string | undefined;
  do {
    const page = await session.call(runFindings, {
      path: { id },
      query: { limit: PAGE, ...(cursor ? { cursor } : {}) },
    });
    findings.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const problems = (await session.call(runProblems, { path: { id } })).items;
  return { run, findings: findings.sort(bySeverityAndPlace), output: run.output ?? null, problems };
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
