import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { NewEvent } from '../../model/event.ts';
import type { Location } from '../../model/location.ts';
import type { Severity } from '../../model/severity.ts';
import { bulkUpdate, type ColumnType } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store, WriteContext } from '../../store/store.ts';
import { addDecisions } from './decisions.ts';
import { type FindingState, readStates, writeStates } from './finding-state.ts';
import { addHistory, type NewHistory } from './history.ts';
import { endSuppression } from './suppressions.ts';

const BATCH = 200;
/** `finding.due` comes so long before the end. */
export const DUE_LEAD_MS = 3 * 86_400_000;
/** Who does what the time brings. */
const ACTOR = 'system';

/**
 * Everything about findings that happens because of the time: acceptances and snoozes end, ends of the policy come near and pass,
 * suppression rules and requests for acceptance expire. Each batch looks again in its transaction, so that several servers may do it
 * at once. Gives the time at which there is more to do.
 */
export async function lookAtClock(
  store: Store,
  now: number,
  work: (change: string) => void,
): Promise<number> {
  for (const kind of KINDS) while ((await batch(store, kind, now)) === BATCH);
  await expireSuppressions(store, now, work);
  await expireRequests(store, now);
  return nextTime(store.db, now);
}

interface Kind {
  /** What is due now. The words are those of an index. */
  where(now: number): RawBuilder<SqlBool>;
  orderBy: 'accept_until' | 'snooze_until' | 'due';
  /** What becomes of these, in the transaction. */
  apply(
    write: WriteContext,
    of: Of,
    states: readonly FindingState[],
    dues: ReadonlyMap<string, number>,
  ): void;
}

interface Of {
  dialect: Store['dialect'];
  project: string;
  now: number;
}

/** As in the index `finding_due_untold`. */
export const UNTOLD = sql<SqlBool>`due is not null and coalesce(due_told, '') <> 'breached' and status in ('open', 'confirmed')`;

const KINDS: readonly Kind[] = [
  {
    orderBy: 'accept_until',
    where: (now) => sql<SqlBool>`accept_until is not null and accept_until <= ${now}`,
    apply: endAcceptances,
  },
  {
    orderBy: 'snooze_until',
    where: (now) => sql<SqlBool>`snooze_until is not null and snooze_until <= ${now}`,
    apply: wake,
  },
  {
    orderBy: 'due',
    where: (now) => sql<SqlBool>`${UNTOLD} and due <= ${now}`,
    apply: (write, of, states, dues) => tell(write, of, { states, dues, told: 'breached' }),
  },
  {
    orderBy: 'due',
    where: (now) => sql<SqlBool>`${UNTOLD} and due_told is null and due <= ${now + DUE_LEAD_MS}`,
    apply: (write, of, states, dues) => tell(write, of, { states, dues, told: 'due' }),
  },
];

async function batch(store: Store, kind: Kind, now: number): Promise<number> {
  // Most looks find nothing: they take no turn at the writer.
  const found = await select(store.db, kind, now).execute();
  if (found.length === 0) return 0;
  return store.write({ lane: 'bulk' }, async (write) => {
    const query = select(write.tx, kind, now);
    // Another server may be at it: what it holds is not waited for.
    const rows = await (store.dialect === 'postgres' ? query.forUpdate().skipLocked() : query).execute();
    for (const [project, of] of Map.groupBy(rows, (row) => row.project)) {
      const ids = of.map(({ id }) => id);
      const states = await readStates(write.tx, store.dialect, { project, ids });
      const dues = new Map(of.map((row) => [row.id, row.due ?? 0]));
      kind.apply(write, { dialect: store.dialect, project, now }, [...states.values()], dues);
    }
    return rows.length;
  });
}

function select(db: Kysely<Database>, kind: Kind, now: number) {
  return db
    .selectFrom('finding')
    .select(['id', 'project', 'due'])
    .where(kind.where(now))
    .orderBy(kind.orderBy)
    .limit(BATCH);
}

function endAcceptances(write: WriteContext, of: Of, states: readonly FindingState[]): void {
  const accepted = states.filter(({ status }) => status === 'risk-accepted');
  writeStates(
    write,
    of,
    states.map((before) => ({
      before,
      after: {
        ...before,
        acceptUntil: null,
        ...(before.status === 'risk-accepted' && { status: 'open' as const, closed: null }),
      },
    })),
  );
  addDecisions(
    write,
    { ...of, actor: ACTOR, source: 'policy' },
    accepted.map((finding) => ({ finding, to: 'open', reason: 'expired', comment: null })),
  );
  note(write, of, accepted, (state) => ({
    kind: 'reopened',
    data: { reason: 'acceptance-expired', expired: state.acceptUntil },
  }));
  for (const state of accepted)
    announce(write, of, state, (about) => ({
      type: 'finding.accepted-expired',
      data: { ...about, expired: state.acceptUntil ?? of.now },
    }));
}

function wake(write: WriteContext, of: Of, states: readonly FindingState[]): void {
  writeStates(
    write,
    of,
    states.map((before) => ({ before, after: { ...before, snoozeUntil: null, snoozeRank: null } })),
  );
  note(write, of, states, () => ({ kind: 'snooze', data: { woken: 'time' } }));
  for (const state of states)
    announce(write, of, state, (about) => ({
      type: 'finding.snoozed',
      data: { ...about, changeSet: null, woken: 'time' },
    }));
}

const TOLD_COLUMNS: Record<string, ColumnType> = { id: 'text', due_told: 'text' };

function tell(
  write: WriteContext,
  of: Of,
  {
    states,
    dues,
    told,
  }: { states: readonly FindingState[]; dues: ReadonlyMap<string, number>; told: 'due' | 'breached' },
): void {
  const rows = states.map(({ id }) => ({ id, due_told: told }));
  write.defer(bulkUpdate(of.dialect, { table: 'finding', columns: TOLD_COLUMNS, rows, key: ['id'] }));
  note(write, of, states, ({ id }) => ({ kind: told, data: { due: dues.get(id) } }));
  for (const state of states)
    announce(write, of, state, (about) => ({
      type: told === 'due' ? 'finding.due' : 'finding.breached',
      data: { ...about, due: dues.get(state.id) ?? of.now },
    }));
}

function note(
  write: WriteContext,
  of: Of,
  states: readonly FindingState[],
  entry: (state: FindingState) => Omit<NewHistory, 'finding'>,
): void {
  addHistory(
    write,
    { ...of, actor: ACTOR, changeSet: null },
    states.map((state) => ({ finding: state.id, ...entry(state) })),
  );
}

interface About {
  finding: string;
  rule: string;
  title: string;
  severity: Severity;
  location: Location;
}

function announce(
  { emit }: WriteContext,
  { project }: Of,
  state: FindingState,
  event: (about: About) => { type: NewEvent['type']; data: object },
): void {
  const { id, rule, title, severity } = state;
  const about = { finding: id, rule, title, severity, location: JSON.parse(state.location) as Location };
  emit({ project, actor: ACTOR, subject: id, ...event(about) } as NewEvent);
}

async function expireSuppressions(store: Store, now: number, work: (change: string) => void): Promise<void> {
  const rows = await store.db
    .selectFrom('suppression')
    .select(['id', 'project'])
    .where('ended', 'is', null)
    .where('expires', '<=', now)
    .execute();
  for (const { id, project } of rows) {
    const change = await store.write({ lane: 'bulk' }, (write) =>
      endSuppression(write, { id, project, actor: ACTOR, now, reason: 'expired' }),
    );
    if (change !== undefined) work(change);
  }
}

/** Nobody decided while there was something to accept. */
async function expireRequests(store: Store, now: number): Promise<void> {
  const rows = await store.db
    .selectFrom('change_set')
    .selectAll()
    .where('ended', 'is', null)
    .where('status', '=', 'waiting')
    .execute();
  for (const row of rows) {
    const { action } = JSON.parse(row.action) as { action: { change?: { expires?: number } } };
    if ((action.change?.expires ?? Number.POSITIVE_INFINITY) > now) continue;
    await store.write({ lane: 'bulk' }, async ({ tx, emit }) => {
      const expired = await tx
        .updateTable('change_set')
        .set({ status: 'expired', ended: now })
        .where('id', '=', row.id)
        .where('status', '=', 'waiting')
        .returning('id')
        .executeTakeFirst();
      if (!expired) return;
      emit({
        type: 'acceptance.decided',
        project: row.project,
        actor: ACTOR,
        subject: row.id,
        data: { status: 'expired', comment: null },
      });
    });
  }
}

/** The earliest moment that is known to bring something. */
async function nextTime(db: Kysely<Database>, now: number): Promise<number> {
  const { rows } = await sql<{ next: number | null }>`
    select min(next) as next from (
      select min(accept_until) as next from finding where accept_until is not null
      union all select min(snooze_until) from finding where snooze_until is not null
      union all select min(due) from finding where ${UNTOLD} and due > ${now}
      union all select min(expires) from suppression where ended is null and expires is not null
    ) as times`.execute(db);
  return Number(rows[0]?.next ?? Number.POSITIVE_INFINITY);
}
