import type { Location } from '../../model/location.ts';
import type { Severity } from '../../model/severity.ts';

export interface ImportUndo {
  dialect: 'sqlite' | 'postgres';
  project: string;
  actor: string;
  run: string;
  changeSet: string;
}

/** What an undo looks at of a finding. */
export interface UndoRow {
  id: string;
  task: string;
  rule: string;
  title: string;
  message: string;
  severity: string;
  location: string;
  status: string;
  first_seen: number;
  last_run: string;
  fixed_run: string | null;
  own_severity: string | null;
  assignee: string | null;
}

export function envelope({ project, actor, run }: ImportUndo, row: UndoRow) {
  return { project, actor, subject: row.id, run };
}

export function dataOf(row: UndoRow, severity: string) {
  return {
    finding: row.id,
    rule: row.rule,
    title: row.title,
    severity: severity as Severity,
    location: JSON.parse(row.location) as Location,
  };
}
