import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { isOpenStatus, type ReportFinding, ruleKey } from '../model.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';

export interface Group {
  count: number;
  open: number;
  worst: Severity;
}

/** What the first pages say, from one reading of all findings. */
export interface Summary {
  /** By `ruleKey`. */
  rules: Map<string, Group>;
  assets: Map<string, Group>;
  /** The most severe open ones. */
  top: ReportFinding[];
  accepted: ReportFinding[];
  /** Accepted ones beyond those. */
  moreAccepted: number;
  overdue: number;
}

export const TOP = 20;
const MOST_ACCEPTED = 200;

export async function summarise(snapshot: Snapshot): Promise<Summary> {
  const summary: Summary = {
    rules: new Map(),
    assets: new Map(),
    top: [],
    accepted: [],
    moreAccepted: 0,
    overdue: 0,
  };
  for await (const finding of snapshot.findings()) {
    count(summary.rules, ruleKey(finding), finding);
    count(summary.assets, finding.asset, finding);
    const open = isOpenStatus(finding.status);
    if (open && finding.change !== 'gone' && summary.top.length < TOP) summary.top.push(finding);
    if (open && finding.due !== null && finding.due < snapshot.head.asOf) summary.overdue += 1;
    if (finding.status !== 'risk-accepted') continue;
    if (summary.accepted.length < MOST_ACCEPTED) summary.accepted.push(finding);
    else summary.moreAccepted += 1;
  }
  return summary;
}

function count(groups: Map<string, Group>, key: string, { severity, status }: ReportFinding): void {
  const group = groups.get(key) ?? { count: 0, open: 0, worst: 'info' };
  group.count += 1;
  if (isOpenStatus(status)) group.open += 1;
  if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(group.worst)) group.worst = severity;
  groups.set(key, group);
}
