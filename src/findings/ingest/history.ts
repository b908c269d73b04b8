import { newId } from '../../lib/ids.ts';
import type { HistoryKind } from '../../model/triage.ts';
import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';
import type { Matched } from './match.ts';
import { isUnchanged, leavesOriginal, severityOf, wakes } from './store-known.ts';

export interface HistoryRow {
  finding: string;
  kind: HistoryKind;
  data: Record<string, unknown>;
}

const COLUMNS: Record<string, ColumnType> = {
  id: 'text',
  project: 'text',
  finding: 'text',
  time: 'int',
  actor: 'text',
  kind: 'text',
  change_set: 'text',
  data: 'text',
};

/** What a run did to findings, in the history of each. */
export function historyInsertion(
  scope: { dialect: 'sqlite' | 'postgres'; project: string; actor: string; changeSet?: string },
  entries: readonly HistoryRow[],
  time: number,
): Statement[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ finding, kind, data }) => ({
    id: newId('hst'),
    project: scope.project,
    finding,
    time,
    actor: scope.actor,
    kind,
    change_set: scope.changeSet ?? null,
    data: JSON.stringify(data),
  }));
  return [bulkInsertion(scope.dialect, { table: 'finding_history', columns: COLUMNS, rows })];
}

/** What a scan changed about a known finding, for its history. */
export function historyOf(
  one: Matched,
  { run, seen }: { run: string; seen: ReadonlySet<string> },
): HistoryRow[] {
  if (isUnchanged(one)) return [];
  const { item, before, by } = one;
  const rows: HistoryRow[] = [];
  const add = (kind: HistoryRow['kind'], data: Record<string, unknown>) =>
    rows.push({ finding: item.id, kind, data: { run, ...data } });
  if (before.status === 'fixed') add('reopened', { from: 'fixed' });
  if (leavesOriginal(one, seen)) add('unmerged', { from: before.merged_into, because: 'fixed' });
  if (before.rule !== item.event.rule) add('rule-upgraded', { from: before.rule, to: item.event.rule, by });
  if (by === 'renamed') add('moved', { from: JSON.parse(before.location), to: item.at });
  const severity = severityOf(item, before);
  if (before.severity !== severity) add('severity', { from: before.severity, to: severity });
  if (wakes(one)) add('snooze', { woken: 'worse', severity });
  return rows;
}
