import { type Kysely, sql } from 'kysely';
import type { FindingStatus } from '../../model/finding.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';
import { bulkInsertion, bulkUpdate, type ColumnType, jsonRows, unindexed } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';

type Dialect = 'sqlite' | 'postgres';

/** What people decide about a finding. */
export interface Lifecycle {
  status: FindingStatus;
  severity: Severity;
  ownSeverity: Severity | null;
  /** What the tool said, while a person says something else. */
  toolSeverity: Severity | null;
  assignee: string | null;
  snoozeUntil: number | null;
  /** Rank of the severity when it was snoozed: it wakes when it is worse. */
  snoozeRank: number | null;
  mergedInto: string | null;
  acceptUntil: number | null;
  closed: number | null;
  labels: readonly string[];
}

/** A finding while it is changed: its lifecycle, and what a decision about it is made from. */
export interface FindingState extends Lifecycle {
  id: string;
  task: string;
  rule: string;
  ruleRevision: number;
  title: string;
  message: string;
  confidence: string;
  location: string;
  detail: string;
}

/** The findings of a project by id, locked until the transaction ends unless they are only looked at. */
export async function readStates(
  tx: Kysely<Database>,
  dialect: Dialect,
  { project, ids, lock = true }: { project: string; ids: readonly string[]; lock?: boolean },
): Promise<Map<string, FindingState>> {
  if (ids.length === 0) return new Map();
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const query = tx
    .selectFrom('finding')
    .selectAll()
    .where(sql<boolean>`${unindexed(dialect, 'project')} = ${project}`)
    .where(sql<boolean>`id in (${given})`)
    .orderBy('id');
  const rows = await (dialect === 'postgres' && lock ? query.forUpdate() : query).execute();
  const labels = await tx
    .selectFrom('finding_label')
    .select(['finding', 'label'])
    .where(sql<boolean>`finding in (${given})`)
    .orderBy('label')
    .execute();
  const labelsOf = Map.groupBy(labels, ({ finding }) => finding);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        task: row.task,
        rule: row.rule,
        ruleRevision: row.rule_revision,
        title: row.title,
        message: row.message,
        confidence: row.confidence,
        location: row.location,
        detail: row.detail,
        status: row.status as FindingStatus,
        severity: row.severity as Severity,
        ownSeverity: row.own_severity as Severity | null,
        toolSeverity: row.tool_severity as Severity | null,
        assignee: row.assignee,
        snoozeUntil: row.snooze_until,
        snoozeRank: row.snooze_rank,
        mergedInto: row.merged_into,
        acceptUntil: row.accept_until,
        closed: row.closed,
        labels: (labelsOf.get(row.id) ?? []).map(({ label }) => label),
      },
    ]),
  );
}

const COLUMNS: Record<string, ColumnType> = {
  id: 'text',
  status: 'text',
  severity: 'text',
  severity_rank: 'int',
  own_severity: 'text',
  tool_severity: 'text',
  assignee: 'text',
  snooze_until: 'int',
  snooze_rank: 'int',
  merged_into: 'text',
  accept_until: 'int',
  closed: 'int',
};
const LABEL_COLUMNS: Record<string, ColumnType> = { finding: 'text', project: 'text', label: 'text' };

export interface StateChange {
  before: FindingState;
  after: Lifecycle;
}

/** Stores what is different, in bulk statements. */
export function writeStates(
  { defer }: WriteContext,
  { dialect, project }: { dialect: Dialect; project: string },
  changes: readonly StateChange[],
): void {
  if (changes.length === 0) return;
  const rows = changes
    .filter(({ before, after }) => differs(before, after))
    .map(({ before, after }) => ({
      id: before.id,
      status: after.status,
      severity: after.severity,
      severity_rank: SEVERITIES.indexOf(after.severity),
      own_severity: after.ownSeverity,
      tool_severity: after.toolSeverity,
      assignee: after.assignee,
      snooze_until: after.snoozeUntil,
      snooze_rank: after.snoozeRank,
      merged_into: after.mergedInto,
      accept_until: after.acceptUntil,
      closed: after.closed,
    }));
  if (rows.length > 0) defer(bulkUpdate(dialect, { table: 'finding', columns: COLUMNS, rows, key: ['id'] }));
  const added = changes.flatMap(({ before, after }) =>
    after.labels
      .filter((label) => !before.labels.includes(label))
      .map((label) => ({ finding: before.id, project, label })),
  );
  if (added.length > 0)
    defer(
      bulkInsertion(dialect, {
        table: 'finding_label',
        columns: LABEL_COLUMNS,
        rows: added,
        onConflict: 'ignore',
      }),
    );
  const removed = changes.flatMap(({ before, after }) =>
    before.labels
      .filter((label) => !after.labels.includes(label))
      .map((label) => ({ finding: before.id, label })),
  );
  if (removed.length > 0)
    defer(
      sql`delete from finding_label where (finding, label) in (${jsonRows(dialect, { finding: 'text', label: 'text' }, removed)})`,
    );
}

/** Of the row itself, not of its labels. */
function differs(before: Lifecycle, after: Lifecycle): boolean {
  return changedFields(before, after).some((name) => name !== 'labels');
}

export const LIFECYCLE_FIELDS = [
  'status',
  'severity',
  'ownSeverity',
  'toolSeverity',
  'assignee',
  'snoozeUntil',
  'snoozeRank',
  'mergedInto',
  'acceptUntil',
  'closed',
  'labels',
] as const satisfies readonly (keyof Lifecycle)[];

export function changedFields(before: Lifecycle, after: Lifecycle): (keyof Lifecycle)[] {
  return LIFECYCLE_FIELDS.filter((name) =>
    name === 'labels' ? before.labels.join('\n') !== after.labels.join('\n') : before[name] !== after[name],
  );
}

export function only(fields: readonly (keyof Lifecycle)[], from: Lifecycle): Partial<Lifecycle> {
  return Object.fromEntries(fields.map((name) => [name, from[name]]));
}
