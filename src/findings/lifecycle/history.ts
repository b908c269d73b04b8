import { newId } from '../../lib/ids.ts';
import type { HistoryKind } from '../../model/triage.ts';
import { bulkInsertion, type ColumnType } from '../../store/bulk.ts';
import type { WriteContext } from '../../store/store.ts';

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

export interface NewHistory {
  finding: string;
  kind: HistoryKind;
  data: Record<string, unknown>;
}

export interface HistoryOf {
  dialect: 'sqlite' | 'postgres';
  project: string;
  actor: string;
  changeSet: string | null;
  now: number;
}

/** What happened to findings, as one statement at the end of the transaction; gives the ids of the entries. */
export function addHistory({ defer }: WriteContext, of: HistoryOf, entries: readonly NewHistory[]): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ finding, kind, data }) => ({
    id: newId('hst'),
    project: of.project,
    finding,
    time: of.now,
    actor: of.actor,
    kind,
    change_set: of.changeSet,
    data: JSON.stringify(data),
  }));
  defer(bulkInsertion(of.dialect, { table: 'finding_history', columns: COLUMNS, rows }));
  return rows.map(({ id }) => id);
}
