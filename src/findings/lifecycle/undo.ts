import { bulkUpdate, type ColumnType } from '../../store/bulk.ts';
import type { WriteContext } from '../../store/store.ts';
import { addDecisions } from './decisions.ts';
import {
  changedFields,
  type FindingState,
  type Lifecycle,
  readStates,
  type StateChange,
  writeStates,
} from './finding-state.ts';
import { addHistory } from './history.ts';
import { isOpen, type SkipReason } from './status-rules.ts';

interface Item {
  finding: string;
  before: string;
  after: string;
}

export interface UndoOptions {
  dialect: 'sqlite' | 'postgres';
  project: string;
  actor: string;
  changeSet: string;
}

/**
 * Gives findings back what a change had made different, in the caller's transaction. What somebody or something changed since
 * is left as it is, with the reason: an undo takes back its own change and nothing else.
 */
export async function undoItems(
  write: WriteContext,
  options: UndoOptions,
  items: readonly Item[],
): Promise<{ undone: number; kept: number }> {
  const now = Date.now();
  const ids = items.map(({ finding }) => finding);
  const states = await readStates(write.tx, options.dialect, { project: options.project, ids });
  const results = items.map((item) => ({ item, result: restored(states.get(item.finding), item, now) }));
  const changes = results.flatMap(({ result }) => ('before' in result ? [result] : []));
  writeStates(write, options, changes);
  const of = { ...options, now };
  addHistory(
    write,
    of,
    changes.map(({ before, after }) => ({
      finding: before.id,
      kind: 'undone' as const,
      data: {
        fields: changedFields(before, after),
        ...(before.status !== after.status && { from: before.status, to: after.status }),
      },
    })),
  );
  // What is taken back must not teach anything: the decision that stands is the one before.
  addDecisions(
    write,
    { ...of, source: 'human' },
    changes
      .filter(({ before, after }) => before.status !== after.status)
      .map(({ before, after }) => ({ finding: before, to: after.status, reason: null, comment: null })),
  );
  for (const { before, after } of changes) announceUndone(write, options, before, after);
  markItems(write, options, results);
  await write.flush();
  return { undone: changes.length, kept: results.length - changes.length };
}

function restored(
  now: FindingState | undefined,
  item: Item,
  time: number,
): StateChange | { reason: SkipReason } {
  if (!now) return { reason: 'gone-since' };
  const before = JSON.parse(item.before) as Partial<Lifecycle>;
  const after = JSON.parse(item.after) as Partial<Lifecycle>;
  const fields = Object.keys(after) as (keyof Lifecycle)[];
  if (fields.length === 0) return { reason: 'kept-history' };
  // The severity of the tool may have changed under the one that a person gave.
  const compared = fields.filter(
    (name) => name !== 'labels' && name !== 'closed' && name !== 'toolSeverity' && name !== 'severity',
  );
  if (compared.some((name) => now[name] !== after[name])) return { reason: 'changed-since' };
  const next: Lifecycle = { ...now };
  for (const name of fields) if (name !== 'labels') Object.assign(next, { [name]: before[name] });
  if (fields.includes('ownSeverity') && before.ownSeverity === null) {
    next.severity = now.toolSeverity ?? before.severity ?? now.severity;
    next.toolSeverity = null;
  }
  // Snoozed until a time that is over, accepted until a time that is over: what would end at once is not given back.
  if (next.snoozeUntil !== null && next.snoozeUntil <= time) {
    next.snoozeUntil = null;
    next.snoozeRank = null;
  }
  if (next.status === 'risk-accepted' && next.acceptUntil !== null && next.acceptUntil <= time)
    return { reason: 'changed-since' };
  if (isOpen(next.status)) next.closed = null;
  const added = (after.labels ?? []).filter((label) => !before.labels?.includes(label));
  const removed = (before.labels ?? []).filter((label) => !after.labels?.includes(label));
  next.labels = [...new Set([...now.labels, ...removed])].filter((label) => !added.includes(label)).sort();
  return changedFields(now, next).length === 0 ? { reason: 'changed-since' } : { before: now, after: next };
}

function announceUndone(
  { emit }: WriteContext,
  { project, actor, changeSet }: UndoOptions,
  before: FindingState,
  after: Lifecycle,
): void {
  const about = {
    finding: before.id,
    rule: before.rule,
    title: before.title,
    severity: after.severity,
    location: JSON.parse(before.location) as never,
    changeSet,
  };
  const envelope = { project, actor, subject: before.id };
  if (before.status !== after.status)
    emit({ ...envelope, type: 'finding.triaged', data: { ...about, from: before.status, to: after.status } });
  if (before.severity !== after.severity)
    emit({
      ...envelope,
      type: 'finding.rated',
      data: { ...about, from: before.severity, to: after.severity, own: after.ownSeverity !== null },
    });
  if (before.assignee !== after.assignee)
    emit({
      ...envelope,
      type: 'finding.assigned',
      data: { ...about, from: before.assignee, to: after.assignee },
    });
  const fields = changedFields(before, after);
  if (fields.includes('labels'))
    emit({
      ...envelope,
      type: 'finding.labelled',
      data: {
        ...about,
        added: after.labels.filter((label) => !before.labels.includes(label)),
        removed: before.labels.filter((label) => !after.labels.includes(label)),
      },
    });
  if (fields.includes('snoozeUntil') || fields.includes('snoozeRank'))
    emit({
      ...envelope,
      type: 'finding.snoozed',
      data:
        after.snoozeUntil === null && after.snoozeRank === null
          ? { ...about, woken: 'undo' }
          : { ...about, until: after.snoozeUntil, orWorse: after.snoozeRank !== null },
    });
}

const COLUMNS: Record<string, ColumnType> = {
  change_set: 'text',
  finding: 'text',
  state: 'text',
  reason: 'text',
};

function markItems(
  { defer }: WriteContext,
  { dialect, changeSet }: UndoOptions,
  results: readonly { item: Item; result: StateChange | { reason: SkipReason } }[],
): void {
  const rows = results.map(({ item, result }) => ({
    change_set: changeSet,
    finding: item.finding,
    state: 'reason' in result ? 'kept' : 'undone',
    reason: 'reason' in result ? result.reason : null,
  }));
  defer(
    bulkUpdate(dialect, { table: 'change_item', columns: COLUMNS, rows, key: ['change_set', 'finding'] }),
  );
}
