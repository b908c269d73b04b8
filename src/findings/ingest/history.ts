import { newId } from '../../lib/ids.ts';
import type { HistoryKind } from '../../model/triage.ts';
import { bulkInsertion, type ColumnType, type Statement } from '../../store/bulk.ts';

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
