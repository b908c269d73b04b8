import { newId } from '../../lib/ids.ts';
import type { Location } from '../../model/location.ts';
import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';
import { lineOf } from '../place.ts';
import type { HistoryRow } from './history.ts';
import type { Known, KnownByPrint } from './known.ts';
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

type Candidate = Pick<Known, 'id' | 'task' | 'rule' | 'status' | 'location' | 'merged_into' | 'merged_task'>;

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
      const other = nearest(item, candidates, scope.matching.lineTolerance);
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

/** Two findings of one tool are two: also when a third, of another tool, is near to both. */
function nearest(item: Prepared, candidates: readonly Candidate[], lines: number): Candidate | undefined {
  let best: { one: Candidate; distance: number } | undefined;
  for (const one of candidates) {
    if (one.task === item.tool || one.merged_task === item.tool || one.status === 'fixed') continue;
    const distance = distanceOf(item.at, one, lines);
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { one, distance };
  }
  return best?.one;
}

function distanceOf(own: Location, one: Candidate, lines: number): number {
  const at = JSON.parse(one.location) as Location;
  if (at.kind === 'package' && own.kind === 'package') {
    const same = at.purl === own.purl && sameManifest(own.manifest, at.manifest, one.merged_into !== null);
    return same ? 0 : Number.POSITIVE_INFINITY;
  }
  const distance = Math.abs(lineOf(at) - lineOf(own));
  return distance <= lines ? distance : Number.POSITIVE_INFINITY;
}

/**
 * One tool names the manifest from the root of the disk, another from that of the project, a third not at all. Of one that is merged
 * itself the name must be the same: over it, two different ones would become one.
 */
function sameManifest(own: string | undefined, other: string | undefined, merged: boolean): boolean {
  if (own === undefined || own === other) return true;
  if (merged) return false;
  if (other === undefined) return true;
  const [long, short] = own.length > other.length ? [own, other] : [other, own];
  return long.endsWith(`/${short.replace(/^\/+/, '')}`);
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
