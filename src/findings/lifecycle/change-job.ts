import { type ExpressionBuilder, sql } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import { bulkInsertion, type ColumnType } from '../../store/bulk.ts';
import { findingIds } from '../../store/findings.ts';
import { readFilter, readListFilter } from '../../store/findings-index/keys.ts';
import type { Database } from '../../store/schema.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { undoImportItems } from '../imports/undo.ts';
import { endImportUndo, itemsLeft } from '../imports/undo-job.ts';
import type { CommentRule } from '../policy/comment-rule.ts';
import { applyTriage, ITEM_COLUMNS } from './apply-triage.ts';
import { type Action, type ChangeRow, readAction } from './change-sets.ts';
import { hideItems } from './hide.ts';
import { undoItems } from './undo.ts';

/** Findings that are looked up at once. */
const PLAN_BATCH = 1_000;
/** A transaction changes as many as it can in this time: who works beside the job waits no longer than one of them. */
const TURN_MS = 20;
const FIRST_BATCH = 50;
/** Fewer would take longer for what each transaction takes anyway; a machine that is that slow is overloaded by others. */
const LEAST_BATCH = 40;
const MOST_BATCH = 500;
/** A process that works on a change says so again with every batch. */
const LEASE_MS = 30_000;
const OPEN = ['planning', 'running', 'undoing'];

export interface JobParts {
  store: Store;
  /** This process, as it holds a lease. */
  worker: string;
  /** Whether the process that holds one is still there; what died is taken over at once and not when its lease is over. */
  lives(worker: string): Promise<boolean>;
  /** Decisions for which the policy of a project asks for a comment, as it is now. */
  comments(project: string): Promise<readonly CommentRule[]>;
}

/** Somebody else has taken it, or its state was changed: whoever finds out stops. */
class Lost extends Error {}

/** Changes that nobody works on, oldest first. */
export async function unattended({ store, worker, lives }: JobParts): Promise<string[]> {
  const rows = await store.db
    .selectFrom('change_set')
    .select(['id', 'worker', 'lease'])
    .where('ended', 'is', null)
    .where('status', 'in', OPEN)
    .where(isOurs)
    .orderBy('id')
    .execute();
  const now = Date.now();
  const free = await Promise.all(
    rows.map(
      async (row) =>
        row.worker === null || row.worker === worker || (row.lease ?? 0) < now || !(await lives(row.worker)),
    ),
  );
  return rows.flatMap(({ id }, index) => (free[index] ? [id] : []));
}

/** What an import still does is its run's. */
function isOurs(e: ExpressionBuilder<Database, 'change_set'>) {
  return e.or([e('kind', '!=', 'import'), e('status', '=', 'undoing')]);
}

/**
 * Works on one change until it has ended, waits or belongs to another process. Each batch is one transaction that also moves its
 * cursor (the items that are still planned), so that a crash loses nothing and does nothing twice.
 */
export async function workOn(parts: JobParts, id: string, signal: AbortSignal): Promise<void> {
  try {
    const pace = { size: FIRST_BATCH };
    let row = await take(parts, id);
    while (row && !signal.aborted) row = await step({ ...parts, pace }, row);
  } catch (error) {
    if (error instanceof Lost) return;
    if (!isLasting(error)) throw error;
    await fail(parts, id, error);
  }
}

/** What the next try would meet again. */
function isLasting(error: unknown): error is SentinelError {
  return (
    error instanceof SentinelError && ['invalid-parameter', 'invalid-query', 'not-found'].includes(error.code)
  );
}

/** From nobody, from who died, or from whose lease is over; who takes it from the same holder at the same time gets nothing. */
async function take({ store, worker, lives }: JobParts, id: string): Promise<ChangeRow | undefined> {
  const row = await store.db
    .selectFrom('change_set')
    .select(['worker', 'lease', 'status'])
    .where('id', '=', id)
    .where(isOurs)
    .executeTakeFirst();
  // Whoever only asks how far it is takes no turn at the writer.
  if (!row || !OPEN.includes(row.status)) return undefined;
  const now = Date.now();
  const held = row.worker !== null && row.worker !== worker && (row.lease ?? 0) >= now;
  if (held && (await lives(row.worker as string))) return undefined;
  return store.write({ lane: 'bulk' }, ({ tx }) =>
    tx
      .updateTable('change_set')
      .set({ worker, lease: now + LEASE_MS })
      .where('id', '=', id)
      .where('status', 'in', OPEN)
      .where(isOurs)
      .where('worker', row.worker === null ? 'is' : '=', row.worker)
      .returningAll()
      .executeTakeFirst(),
  );
}

interface PacedParts extends JobParts {
  pace: { size: number };
}

/** A write whose time decides how much the next one does; the wait for its turn does not count. */
async function paced<T>(
  { store, pace }: PacedParts,
  count: number,
  work: (write: WriteContext) => Promise<T>,
  named: { label?: string } = {},
): Promise<T> {
  let began = 0;
  const result = await store.write({ lane: 'bulk', ...named }, (write) => {
    began = performance.now();
    return work(write);
  });
  const took = Math.max(1, performance.now() - began);
  if (count >= pace.size) {
    const fitting = Math.round((count * TURN_MS) / took);
    // Half way only: one slow commit says little.
    pace.size = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Math.round((pace.size + fitting) / 2)));
  }
  return result;
}

/** One batch; undefined when there is nothing more to do here. */
function step(parts: PacedParts, row: ChangeRow): Promise<ChangeRow | undefined> {
  if (row.status === 'planning') return plan(parts, row);
  if (row.status !== 'undoing') return apply(parts, row);
  return row.kind === 'import' ? undoImport(parts, row) : undo(parts, row);
}

/** In the transaction of a batch: it counts only while this process holds the change. */
async function advance(
  { tx }: WriteContext,
  { worker }: JobParts,
  row: ChangeRow,
  change: Partial<ChangeRow>,
): Promise<ChangeRow> {
  const next = await tx
    .updateTable('change_set')
    .set({ lease: Date.now() + LEASE_MS, ...change })
    .where('id', '=', row.id)
    .where('worker', '=', worker)
    .where('status', '=', row.status)
    .returningAll()
    .executeTakeFirst();
  if (!next) throw new Lost();
  return next;
}

/** What fits the query now is what is changed, whatever comes in while that goes on. */
async function plan(parts: JobParts, row: ChangeRow): Promise<ChangeRow | undefined> {
  const { store } = parts;
  const { plan } = readAction(row);
  if (row.query === null || plan === undefined)
    return store.write({ lane: 'bulk' }, (write) => planned(write, parts, row));
  const last = await store.db
    .selectFrom('change_item')
    .select((e) => e.fn.max('finding').as('finding'))
    .where('change_set', '=', row.id)
    .executeTakeFirst();
  const asked = { now: plan.now, me: plan.me };
  const filter = plan.hidden
    ? { filter: readFilter(row.query, plan.now, plan.me) }
    : readListFilter(row.query, asked);
  const ids = await findingIds(store, {
    project: row.project,
    ...filter,
    ...(last?.finding && { after: last.finding }),
    limit: PLAN_BATCH,
  });
  return store.write({ lane: 'bulk' }, async (write) => {
    write.defer(...planItems(store.dialect, row.id, ids));
    await write.flush();
    const next = { ...row, total: row.total + ids.length };
    return ids.length < PLAN_BATCH
      ? planned(write, parts, next)
      : advance(write, parts, row, { total: next.total });
  });
}

export function planItems(dialect: Store['dialect'], change: string, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const rows = ids.map((finding) => ({
    change_set: change,
    finding,
    before: '{}',
    after: '{}',
    state: 'planned',
    reason: null,
  }));
  const columns: Record<string, ColumnType> = ITEM_COLUMNS;
  return [bulkInsertion(dialect, { table: 'change_item', columns, rows, onConflict: 'ignore' })];
}

async function planned(write: WriteContext, parts: JobParts, row: ChangeRow): Promise<ChangeRow | undefined> {
  const { action, plan } = readAction(row);
  const waits = plan?.waits === true && row.total > 0;
  const next = await advance(write, parts, row, {
    total: row.total,
    status: waits ? 'waiting' : 'running',
    ...(waits && { worker: null, lease: null }),
  });
  if (!waits) return next;
  if (action.do === 'triage')
    write.emit({
      type: 'acceptance.requested',
      project: row.project,
      actor: row.actor,
      subject: row.id,
      data: {
        reason: action.change.reason ?? '',
        expires: action.change.expires ?? 0,
        findings: row.total,
      },
    });
  return undefined;
}

async function apply(parts: PacedParts, row: ChangeRow): Promise<ChangeRow | undefined> {
  const { store } = parts;
  const { action, plan } = readAction(row);
  const keepDecided = plan?.keepDecided ?? false;
  const ids = await itemsIn(parts, row.id, 'planned');
  const comments = action.do === 'triage' ? await parts.comments(row.project) : [];
  return paced(parts, ids.length, async (write) => {
    if (ids.length === 0) return end(write, parts, row, { status: 'done' });
    const findings = ids.map(({ finding }) => finding);
    const result = await applyAction(write, { store, row, action, keepDecided, comments }, findings);
    await write.flush();
    const skipped = JSON.parse(row.skipped) as Record<string, number>;
    for (const { reason } of result.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
    return advance(write, parts, row, {
      done: row.done + ids.length,
      changed: row.changed + result.changed.length,
      skipped: JSON.stringify(skipped),
    });
  });
}

function applyAction(
  write: WriteContext,
  {
    store,
    row,
    action,
    keepDecided,
    comments,
  }: {
    store: Store;
    row: ChangeRow;
    action: Action;
    keepDecided: boolean;
    comments: readonly CommentRule[];
  },
  findings: readonly string[],
): Promise<{ changed: readonly string[]; skipped: readonly { reason: string }[] }> {
  const of = { dialect: store.dialect, project: row.project, changeSet: row.id };
  if (action.do !== 'triage') return hideItems(write, { ...of, actor: row.actor }, action, findings);
  // Of what waited for a second person, the second person is the one who decides.
  const actor = row.decided_by ?? row.actor;
  // Allowed for how long was looked at when it was asked for: a job that was interrupted does not fail for it.
  return applyTriage(write, { ...of, actor, source: 'bulk', keepDecided, comments }, findings, action.change);
}

async function undo(parts: PacedParts, row: ChangeRow): Promise<ChangeRow | undefined> {
  const { store } = parts;
  const items = await itemsIn(parts, row.id, 'changed');
  return paced(parts, items.length, async (write) => {
    if (items.length === 0) return end(write, parts, row, { status: 'undone', undone: Date.now() });
    const options = {
      dialect: store.dialect,
      project: row.project,
      actor: row.undone_by ?? row.actor,
      changeSet: row.id,
    };
    await undoItems(write, options, items);
    return advance(write, parts, row, {});
  });
}

/** Of an import, whose findings may be gone afterwards. */
async function undoImport(parts: PacedParts, row: ChangeRow): Promise<ChangeRow | undefined> {
  const { store, pace } = parts;
  const items = await itemsLeft(store.db, row, pace.size);
  const actor = row.undone_by ?? row.actor;
  const of = { dialect: store.dialect, project: row.project, actor, run: row.run ?? '' };
  const work = async (write: WriteContext) => {
    const [first] = items;
    if (!first) {
      const time = Date.now();
      await endImportUndo(write, row, { actor, time });
      return end(write, parts, row, { status: 'undone', undone: time });
    }
    await undoImportItems(write, { ...of, changeSet: first.changeSet }, items);
    return advance(write, parts, row, {});
  };
  return paced(parts, items.length, work, { label: 'import.undo' });
}

function itemsIn({ store, pace }: PacedParts, change: string, state: string) {
  return store.db
    .selectFrom('change_item')
    .select(['finding', 'before', 'after'])
    .where('change_set', '=', change)
    .where('state', '=', state)
    .orderBy('finding')
    .limit(pace.size)
    .execute();
}

async function end(
  write: WriteContext,
  parts: JobParts,
  row: ChangeRow,
  change: Partial<ChangeRow>,
): Promise<undefined> {
  const next = await advance(write, parts, row, {
    ended: Date.now(),
    worker: null,
    lease: null,
    ...change,
  });
  await announceEnd(write, next);
}

async function announceEnd({ tx, emit }: WriteContext, row: ChangeRow): Promise<void> {
  const { rows } = await sql<{ changed: number; skipped: number }>`
    select count(*) filter (where state in ('changed', 'undone')) as changed,
      count(*) filter (where state in ('skipped', 'kept')) as skipped
    from change_item where change_set = ${row.id}`.execute(tx);
  emit({
    type: 'change-set.ended',
    project: row.project,
    actor: row.undone_by ?? row.actor,
    subject: row.id,
    data: {
      kind: row.kind,
      status: row.status,
      changed: Number(rows[0]?.changed ?? 0),
      skipped: Number(rows[0]?.skipped ?? 0),
    },
  });
}

async function fail({ store, worker }: JobParts, id: string, error: SentinelError): Promise<void> {
  await store.write({ lane: 'bulk' }, async (write) => {
    const row = await write.tx
      .updateTable('change_set')
      .set({ status: 'failed', ended: Date.now(), error: error.message, worker: null, lease: null })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .returningAll()
      .executeTakeFirst();
    if (row) await announceEnd(write, row);
  });
}
