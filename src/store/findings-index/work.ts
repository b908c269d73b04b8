import { type HiddenState, NOBODY, type RangeColumn } from './filter.ts';
import { type Numbers, numberOf } from './projection.ts';

const SEPARATOR = '\0';
const LABELS = '\u0001';

/** What people and the policy made of a finding, as one text of its row: few texts are shared by many findings. */
export const WORK_SQL = `coalesce(assignee, '') || char(0) || coalesce(hidden_by, '') || char(0) || (merged_into is not null)
  || char(0) || coalesce(priority, '') || char(0) ||
  coalesce((select group_concat(label, char(1) order by label) from finding_label where finding_label.finding = finding.id), '')`;
export const CLOCK_SQL = `coalesce(due, '') || ' ' || coalesce(accept_until, '') || ' ' || coalesce(snooze_until, '') || ' ' ||
  (snooze_rank is not null) || ' ' || coalesce(closed, '')`;

/** By number of the text. */
export interface WorkTable {
  of: Map<string, number>;
  assignees: Numbers;
  assignee: number[];
  hiddenBy: string[];
  merged: boolean[];
  priority: (number | null)[];
  labels: string[][];
}

export interface ClockTable {
  of: Map<string, number>;
  due: (number | null)[];
  accept: (number | null)[];
  snoozeUntil: (number | null)[];
  /** Snoozed until it gets worse, whether or not there is a time. */
  untilWorse: boolean[];
  closed: (number | null)[];
}

export function workTable(): WorkTable {
  return {
    of: new Map(),
    assignees: { of: new Map([[NOBODY, 0]]), names: [NOBODY] },
    assignee: [],
    hiddenBy: [],
    merged: [],
    priority: [],
    labels: [],
  };
}

export function clockTable(): ClockTable {
  return { of: new Map(), due: [], accept: [], snoozeUntil: [], untilWorse: [], closed: [] };
}

export function workNumber(table: WorkTable, text: string): number {
  const known = table.of.get(text);
  if (known !== undefined) return known;
  const [assignee = '', hiddenBy = '', merged = '', priority = '', labels = ''] = text.split(SEPARATOR);
  table.assignee.push(numberOf(table.assignees, assignee === '' ? NOBODY : assignee));
  table.hiddenBy.push(hiddenBy);
  table.merged.push(merged === '1');
  table.priority.push(numberOrNull(priority));
  table.labels.push(labels === '' ? [] : labels.split(LABELS));
  table.of.set(text, table.of.size);
  return table.of.size - 1;
}

export function clockNumber(table: ClockTable, text: string): number {
  const known = table.of.get(text);
  if (known !== undefined) return known;
  const [due = '', accept = '', snooze = '', worse = '', closed = ''] = text.split(' ');
  table.due.push(numberOrNull(due));
  table.accept.push(numberOrNull(accept));
  table.snoozeUntil.push(numberOrNull(snooze));
  table.untilWorse.push(worse === '1');
  table.closed.push(numberOrNull(closed));
  table.of.set(text, table.of.size);
  return table.of.size - 1;
}

/** By number, 1 for what is in the state. */
export function workIn(table: WorkTable, state: HiddenState): Uint8Array {
  return Uint8Array.from(table.merged, (merged, number) =>
    Number(state === 'merged' ? merged : state === 'suppressed' && table.hiddenBy[number] !== ''),
  );
}

export function snoozedAt(table: ClockTable, now: number): Uint8Array {
  return Uint8Array.from(table.snoozeUntil, (until, number) =>
    Number(until === null ? table.untilWorse[number] : until > now),
  );
}

export function rangeColumn(
  { work, clocks }: { work: WorkTable; clocks: ClockTable },
  column: RangeColumn,
): { column: 'work' | 'clock'; values: readonly (number | null)[] } {
  if (column === 'priority') return { column: 'work', values: work.priority };
  const values = { due: clocks.due, accept_until: clocks.accept, closed: clocks.closed };
  return { column: 'clock', values: values[column] };
}

function numberOrNull(text: string): number | null {
  return text === '' ? null : Number(text);
}
