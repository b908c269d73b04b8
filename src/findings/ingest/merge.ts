import { newId } from '../../lib/ids.ts';
import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';
import { type Candidate, nearest } from '../same-bug.ts';
import type { HistoryRow } from './history.ts';
import type { KnownByPrint } from './known.ts';
import type { Prepared } from './prepare.ts';
import type { IngestScope } from './scope.ts';

/** A new finding that is the same bug as one of another tool. */
export interface Merge {
  into: string;
  /** What both say: an id of the bug, or the weakness at one place. */
  because: 'alias' | 'weakness';
  tool: string;
  rule: string;
}

/** New findings that another tool has reported: at the same place with the same CWE, or for the same package under one id. */
export function findMerges(
  scope: IngestScope,
  fresh: readonly Prepared[],
  others: KnownByPrint,
): Map<string, Merge> {
  const merges = new Map<string, Merge>();
  if (!scope.matching.crossTool) return merges;
  const inBatch = new Map<string, Candidate[]>();
  for (const item of fresh) {
    const prints = item.shared();
    for (const { kind, value } of prints) {
      const candidates = [...(others.get(value) ?? []), ...(inBatch.get(value) ?? [])];
      const other = nearest({ tool: item.tool, at: item.at }, candidates, scope.matching.lineTolerance);
      if (!other) continue;
      const because = kind === 'alias' ? 'alias' : 'weakness';
      merges.set(item.id, {
        into: other.merged_into ?? other.id,
        because,
        tool: other.merged_task ?? other.task,
        rule: other.rule,
      });
      break;
    }
    const own: Candidate = {
      id: item.id,
      task: item.tool,
      rule: item.event.rule,
      status: merges.has(item.id) ? 'duplicate' : 'open',
      location: item.location,
      merged_into: merges.get(item.id)?.into ?? null,
      merged_task: merges.get(item.id)?.tool ?? null,
    };
    for (const { value } of prints) inBatch.set(value, [...(inBatch.get(value) ?? []), own]);
  }
  return merges;
}

export function mergeHistory(merges: ReadonlyMap<string, Merge>, run: string): HistoryRow[] {
  return [...merges].map(([finding, { into, because, tool, rule }]) => ({
    finding,
    kind: 'merged' as const,
    data: { run, into, because, tool, rule, source: 'import' },
  }));
}

const DECISION_COLUMNS: Record<string, ColumnType> = {
  id: 'text',
  project: 'text',
  finding: 'text',
  time: 'int',
  actor: 'text',
  source: 'text',
  from_status: 'text',
  to_status: 'text',
  reason: 'text',
  rule_revision: 'int',
  snapshot: 'text',
};

/** Merging is a decision like that of a person: it is kept with what was seen. */
export function mergeDecisions(
  scope: IngestScope,
  fresh: readonly Prepared[],
  { merges, now }: { merges: ReadonlyMap<string, Merge>; now: number },
): Statement[] {
  const rows = fresh
    .filter((item) => merges.has(item.id))
    .map((item) => ({
      id: newId('dec'),
      project: scope.project,
      finding: item.id,
      time: now,
      actor: scope.actor,
      source: 'import',
      from_status: 'open',
      to_status: 'duplicate',
      reason: null,
      rule_revision: item.rule.revision ?? 1,
      snapshot: JSON.stringify({
        v: 1,
        task: item.tool,
        rule: item.event.rule,
        ruleRevision: item.rule.revision ?? 1,
        title: item.title,
        message: item.message,
        severity: item.severity,
        confidence: item.event.confidence ?? 'high',
        location: item.at,
        labels: [],
        ...(JSON.parse(item.detail) as Record<string, unknown>),
        merged: merges.get(item.id),
      }),
    }));
  if (rows.length === 0) return [];
  return [bulkInsertion(scope.dialect, { table: 'decision', columns: DECISION_COLUMNS, rows })];
}
