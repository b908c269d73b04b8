import { newId } from '../../lib/ids.ts';
import type { DecisionSource } from '../../model/triage.ts';
import { bulkInsertion, type ColumnType } from '../../store/bulk.ts';
import type { WriteContext } from '../../store/store.ts';
import type { FindingState } from './finding-state.ts';

const COLUMNS: Record<string, ColumnType> = {
  id: 'text',
  project: 'text',
  finding: 'text',
  time: 'int',
  actor: 'text',
  source: 'text',
  from_status: 'text',
  to_status: 'text',
  reason: 'text',
  comment: 'text',
  rule_revision: 'int',
  snapshot: 'text',
};

export interface NewDecision {
  finding: FindingState;
  to: string;
  reason: string | null;
  comment: string | null;
}

/** Each decision keeps what its author saw: later scans change the finding, and nothing could rebuild it. */
export function addDecisions(
  { defer }: WriteContext,
  of: {
    dialect: 'sqlite' | 'postgres';
    project: string;
    actor: string;
    source: DecisionSource;
    now: number;
  },
  decisions: readonly NewDecision[],
): void {
  if (decisions.length === 0) return;
  const rows = decisions.map(({ finding, to, reason, comment }) => ({
    id: newId('dec'),
    project: of.project,
    finding: finding.id,
    time: of.now,
    actor: of.actor,
    source: of.source,
    from_status: finding.status,
    to_status: to,
    reason,
    comment,
    rule_revision: finding.ruleRevision,
    snapshot: snapshotOf(finding),
  }));
  defer(bulkInsertion(of.dialect, { table: 'decision', columns: COLUMNS, rows }));
}

/** Secrets in it are masked since the finding was stored. */
function snapshotOf(finding: FindingState): string {
  const { excerpt, flow, evidence, about } = JSON.parse(finding.detail) as Record<string, unknown>;
  return JSON.stringify({
    v: 1,
    task: finding.task,
    rule: finding.rule,
    ruleRevision: finding.ruleRevision,
    title: finding.title,
    message: finding.message,
    severity: finding.severity,
    confidence: finding.confidence,
    location: JSON.parse(finding.location) as unknown,
    labels: finding.labels,
    evidence,
    excerpt,
    flow: withoutCode(flow),
    about,
  });
}

/** A decision is kept for ever and thousands are made at once: the code of each step stays with the finding. */
function withoutCode(flow: unknown): unknown {
  return Array.isArray(flow) ? flow.map(({ excerpt: _, ...step }: Record<string, unknown>) => step) : flow;
}
