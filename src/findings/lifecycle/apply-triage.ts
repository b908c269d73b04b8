import { type Kysely, sql } from 'kysely';
import { visibleText } from '../../lib/visible-text.ts';
import type { NewEvent } from '../../model/event.ts';
import type { Location } from '../../model/location.ts';
import type { DecisionSource, TriageChange } from '../../model/triage.ts';
import { bulkInsertion, bulkUpsertion, type ColumnType, jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import type { CommentRule } from '../policy/comment-rule.ts';
import { decide, type Entry, type Outcome } from './decide.ts';
import { addDecisions } from './decisions.ts';
import {
  changedFields,
  type FindingState,
  type Lifecycle,
  only,
  readStates,
  writeStates,
} from './finding-state.ts';
import { addHistory, type NewHistory } from './history.ts';
import { checkChange, type SkipReason } from './status-rules.ts';

export interface TriageOptions {
  dialect: 'sqlite' | 'postgres';
  project: string;
  actor: string;
  source: DecisionSource;
  /** The bulk change that it is part of: what it changes is noted there, to be undone as a whole. */
  changeSet: string | null;
  maxAcceptDays?: number | null;
  /** Findings that a person has decided otherwise stay as they are: a change of many does not take back what was looked at one by one. */
  keepDecided?: boolean;
  /** Decisions for which the policy of the project asks for a comment: a finding of such a one without it is skipped. */
  comments?: readonly CommentRule[];
}

export interface TriageResult {
  changed: string[];
  skipped: { finding: string; reason: SkipReason }[];
}

/** So many findings in one statement; a caller with more makes several transactions of it. */
export const TRIAGE_BATCH = 500;

/**
 * The one way to change what people decide about findings: rules of the status, decision with snapshot, history, labels, events.
 * Runs inside the caller's transaction. `assignee` is the id of an account (`resolveAssignee`). Throws `invalid-parameter` for a
 * change that is wrong in itself; a finding that cannot take it is skipped with a reason.
 */
export async function applyTriage(
  write: WriteContext,
  options: TriageOptions,
  ids: readonly string[],
  change: TriageChange,
): Promise<TriageResult> {
  const now = Date.now();
  checkChange(change, now, options.maxAcceptDays ?? null);
  const result: TriageResult = { changed: [], skipped: [] };
  const wanted = [...new Set(ids)];
  for (let from = 0; from < wanted.length; from += TRIAGE_BATCH) {
    const batch = wanted.slice(from, from + TRIAGE_BATCH);
    await applyBatch(write, { ...options, now }, { ids: batch, change: cleaned(change), result });
  }
  return result;
}

function cleaned(change: TriageChange): TriageChange {
  return change.comment === undefined ? change : { ...change, comment: visibleText(change.comment) };
}

/** What it would do, with nothing stored. Needs the rows only, so a read is enough. */
export async function previewTriage(
  tx: Kysely<Database>,
  options: Pick<TriageOptions, 'dialect' | 'project' | 'keepDecided' | 'comments'> & { lock?: boolean },
  ids: readonly string[],
  change: TriageChange,
): Promise<{ state: FindingState | undefined; finding: string; outcome: Outcome }[]> {
  const { project, lock = false, keepDecided = false } = options;
  const now = Date.now();
  const states = await readStates(tx, options.dialect, { project, ids, lock });
  const original = await originalOf(tx, project, change.duplicateOf);
  const last = await lastDecisions(tx, options.dialect, again(states, change, keepDecided));
  return ids.map((finding) => {
    const state = states.get(finding);
    const outcome: Outcome = state
      ? decide(state, change, {
          now,
          original,
          comments: options.comments,
          lastReason: last.get(finding)?.reason ?? null,
          keep: keepDecided && BY_PEOPLE.includes(last.get(finding)?.source ?? ''),
        })
      : { skip: 'not-found' };
    return { state, finding, outcome };
  });
}

async function applyBatch(
  write: WriteContext,
  options: TriageOptions & { now: number },
  { ids, change, result }: { ids: readonly string[]; change: TriageChange; result: TriageResult },
): Promise<void> {
  const outcomes = await previewTriage(write.tx, { ...options, lock: true }, ids, change);
  const changes = outcomes.flatMap(({ state, finding, outcome }) => {
    if ('skip' in outcome) {
      result.skipped.push({ finding, reason: outcome.skip });
      return [];
    }
    result.changed.push(finding);
    return state ? [{ before: state, ...outcome }] : [];
  });
  writeStates(write, options, changes);
  addDecisions(
    write,
    options,
    changes.flatMap(({ before, after, entries }) =>
      entries.some(({ kind }) => kind === 'status')
        ? [
            {
              finding: before,
              to: after.status,
              reason: change.reason ?? null,
              comment: change.comment ?? null,
            },
          ]
        : [],
    ),
  );
  addHistory(
    write,
    options,
    changes.flatMap(({ before, entries }) =>
      entries.map((entry): NewHistory => ({ finding: before.id, ...withSource(entry, options.source) })),
    ),
  );
  noteRefusals(write, options, changes);
  for (const { before, entries } of changes) announce(write, options, before, entries);
  if (options.changeSet !== null) noteItems(write, options, options.changeSet, { changes, outcomes });
}

function withSource(entry: Entry, source: DecisionSource): Entry {
  return source === 'human' ? entry : { ...entry, data: { ...entry.data, source } };
}

/** Follows `duplicateOf` to the finding that is nobody's duplicate. */
async function originalOf(
  tx: Kysely<Database>,
  project: string,
  named: string | undefined,
): Promise<string | undefined> {
  let id = named;
  for (const seen = new Set<string>(); id !== undefined && !seen.has(id); ) {
    seen.add(id);
    const row: { merged_into: string | null } | undefined = await tx
      .selectFrom('finding')
      .select('merged_into')
      .where('id', '=', id)
      .where('project', '=', project)
      .executeTakeFirst();
    if (!row) return undefined;
    if (row.merged_into === null) return id;
    id = row.merged_into;
  }
  return undefined;
}

const BY_PEOPLE: readonly string[] = ['human', 'bulk'] satisfies DecisionSource[];

/** Those whose last decision matters: of one that has the wanted status already another reason is a change, others may be kept. */
function again(states: ReadonlyMap<string, FindingState>, change: TriageChange, keep: boolean): string[] {
  const { status: wanted } = change;
  if (wanted === undefined) return [];
  return [...states.values()]
    .filter(({ status }) =>
      status === wanted ? change.reason !== undefined : keep && status !== 'open' && status !== 'fixed',
    )
    .map(({ id }) => id);
}

async function lastDecisions(
  tx: Kysely<Database>,
  dialect: TriageOptions['dialect'],
  ids: readonly string[],
): Promise<Map<string, { reason: string | null; source: string }>> {
  if (ids.length === 0) return new Map();
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const rows = await tx
    .selectFrom('decision')
    .select(['finding', 'reason', 'source'])
    .where(sql<boolean>`finding in (${given})`)
    .orderBy('id')
    .execute();
  return new Map(rows.map(({ finding, reason, source }) => [finding, { reason, source }]));
}

const REFUSAL_COLUMNS: Record<string, ColumnType> = {
  finding: 'text',
  other: 'text',
  project: 'text',
  actor: 'text',
  time: 'int',
};

/** Who takes a duplicate back does not want the next import to merge it again. */
function noteRefusals(
  { defer }: WriteContext,
  { dialect, project, actor, now }: TriageOptions & { now: number },
  changes: readonly { before: FindingState; after: Lifecycle }[],
): void {
  const rows = changes.flatMap(({ before, after }) =>
    before.mergedInto !== null && after.mergedInto === null
      ? [{ finding: before.id, other: before.mergedInto, project, actor, time: now }]
      : [],
  );
  if (rows.length > 0)
    defer(
      bulkInsertion(dialect, {
        table: 'merge_refusal',
        columns: REFUSAL_COLUMNS,
        rows,
        onConflict: 'ignore',
      }),
    );
}

function announce(
  { emit }: WriteContext,
  { project, actor, changeSet }: TriageOptions,
  finding: FindingState,
  entries: readonly Entry[],
): void {
  const about = {
    finding: finding.id,
    rule: finding.rule,
    title: finding.title,
    severity: finding.severity,
    location: JSON.parse(finding.location) as Location,
    changeSet,
  };
  for (const { kind, data } of entries) {
    const type = EVENT_OF[kind];
    if (type !== undefined)
      emit({ type, project, actor, subject: finding.id, data: { ...about, ...data } } as NewEvent);
    if (typeof data.comment === 'string')
      emit({
        type: 'finding.commented',
        project,
        actor,
        subject: finding.id,
        data: { ...about, text: data.comment },
      });
  }
}

const EVENT_OF: Readonly<Record<string, NewEvent['type']>> = {
  status: 'finding.triaged',
  severity: 'finding.rated',
  assignee: 'finding.assigned',
  labels: 'finding.labelled',
  snooze: 'finding.snoozed',
  comment: 'finding.commented',
};

export const ITEM_COLUMNS: Record<string, ColumnType> = {
  change_set: 'text',
  finding: 'text',
  before: 'text',
  after: 'text',
  state: 'text',
  reason: 'text',
};

/** `before` and `after` hold only what is different: that is what an undo compares and gives back. */
function noteItems(
  { defer }: WriteContext,
  { dialect }: TriageOptions,
  changeSet: string,
  {
    changes,
    outcomes,
  }: {
    changes: readonly { before: FindingState; after: Lifecycle }[];
    outcomes: readonly { finding: string; outcome: Outcome }[];
  },
): void {
  const rows = [
    ...changes.map(({ before, after }) => {
      const fields = changedFields(before, after);
      return {
        change_set: changeSet,
        finding: before.id,
        before: JSON.stringify(only(fields, before)),
        after: JSON.stringify(only(fields, after)),
        state: 'changed',
        reason: null,
      };
    }),
    ...outcomes.flatMap(({ finding, outcome }) =>
      'skip' in outcome
        ? [
            {
              change_set: changeSet,
              finding,
              before: '{}',
              after: '{}',
              state: 'skipped',
              reason: outcome.skip,
            },
          ]
        : [],
    ),
  ];
  defer(
    bulkUpsertion(dialect, {
      table: 'change_item',
      columns: ITEM_COLUMNS,
      rows,
      key: ['change_set', 'finding'],
    }),
  );
}
