import type { Kysely, Selectable } from 'kysely';
import { newId } from '../../lib/ids.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { ScheduleSpec } from '../../model/workflow.ts';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import { nextDue } from './due.ts';

const DAY_MS = 86_400_000;

export type ScheduleRow = Selectable<Database['schedule']>;

export interface NewSchedule {
  project: string;
  workflow: string;
  source: ScheduleRow['source'];
  name: string;
  spec: ScheduleSpec;
  principal: string;
}

export interface By {
  actor: string;
  now: number;
}

export function specOf(row: Pick<ScheduleRow, 'spec'>): ScheduleSpec {
  return ScheduleSpec.parse(JSON.parse(row.spec));
}

export function findSchedule(
  db: Kysely<Database>,
  { project, id }: { project: string; id: string },
): Promise<ScheduleRow | undefined> {
  return db
    .selectFrom('schedule')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
}

/** Throws `invalid-parameter` for an expression or a zone that cannot be read. */
export async function addSchedule(
  context: WriteContext,
  schedule: NewSchedule,
  { actor, now }: By,
): Promise<ScheduleRow> {
  const id = newId('sch');
  const { spec } = schedule;
  const row: ScheduleRow = {
    ...schedule,
    id,
    name: visibleText(schedule.name),
    spec: JSON.stringify(spec),
    paused: null,
    paused_by: null,
    pause_note: null,
    due: nextDue({ id, spec }, now)?.moment ?? null,
    last_due: null,
    last_run: null,
    created: now,
    updated: now,
    actor,
  };
  await context.tx.insertInto('schedule').values(row).execute();
  tell(context, row, { type: 'schedule.saved', actor });
  return row;
}

/** Times begin anew with another expression; what was missed under the old one is not made up for. */
export async function changeSchedule(
  context: WriteContext,
  before: ScheduleRow,
  change: { name?: string | undefined; spec?: ScheduleSpec | undefined; principal?: string | undefined },
  { actor, now }: By,
): Promise<ScheduleRow> {
  const spec = change.spec ?? specOf(before);
  const row: ScheduleRow = {
    ...before,
    name: visibleText(change.name ?? before.name),
    spec: JSON.stringify(spec),
    principal: change.principal ?? before.principal,
    due: before.paused === null ? dueFrom(before, spec, now) : null,
    updated: now,
    actor,
  };
  await context.tx.updateTable('schedule').set(row).where('id', '=', row.id).execute();
  tell(context, row, { type: 'schedule.saved', actor });
  return row;
}

/** Pausing what is paused changes the note. */
export async function pauseSchedule(
  context: WriteContext,
  before: ScheduleRow,
  { actor, now, note }: By & { note: string },
): Promise<ScheduleRow> {
  const text = visibleText(note);
  const row = { ...before, paused: now, paused_by: actor, pause_note: text, due: null };
  await context.tx
    .updateTable('schedule')
    .set({ paused: now, paused_by: actor, pause_note: text, due: null })
    .where('id', '=', row.id)
    .execute();
  context.emit({
    type: 'schedule.paused',
    project: row.project,
    actor,
    subject: row.id,
    data: { name: row.name, note: text },
  });
  return row;
}

/** From now on; the times of the pause were not missed. */
export async function resumeSchedule(
  context: WriteContext,
  before: ScheduleRow,
  { actor, now }: By,
): Promise<ScheduleRow> {
  if (before.paused === null) return before;
  const due = dueFrom(before, specOf(before), now);
  const row = { ...before, paused: null, paused_by: null, pause_note: null, due };
  await context.tx
    .updateTable('schedule')
    .set({ paused: null, paused_by: null, pause_note: null, due })
    .where('id', '=', row.id)
    .execute();
  tell(context, row, { type: 'schedule.resumed', actor });
  return row;
}

/** A time that was done stays done, also for a clock that was put back a little. */
function dueFrom({ id, last_due }: ScheduleRow, spec: ScheduleSpec, now: number): number | null {
  const after = last_due !== null && last_due > now && last_due - now < DAY_MS ? last_due : now;
  return nextDue({ id, spec }, after)?.moment ?? null;
}

export async function removeSchedule(context: WriteContext, row: ScheduleRow, actor: string): Promise<void> {
  await context.tx.deleteFrom('schedule').where('id', '=', row.id).execute();
  tell(context, row, { type: 'schedule.removed', actor });
}

function tell(
  { emit }: WriteContext,
  { id, project, name }: ScheduleRow,
  { type, actor }: { type: 'schedule.saved' | 'schedule.resumed' | 'schedule.removed'; actor: string },
): void {
  emit({ type, project, actor, subject: id, data: { name } });
}
