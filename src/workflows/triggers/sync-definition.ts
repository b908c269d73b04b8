import { isDeepStrictEqual } from 'node:util';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import type { WriteContext } from '../../store/store.ts';
import { addSchedule, pauseSchedule, removeSchedule, type ScheduleRow, specOf } from './schedule-rows.ts';
import {
  addTrigger,
  checkTrigger,
  kindOf,
  pauseTrigger,
  removeTrigger,
  type TriggerKind,
  type TriggerRow,
} from './trigger-rows.ts';

export interface SyncedWorkflow {
  id: string;
  project: string;
}

/**
 * Schedules and triggers that the document of a workflow names follow it when it is saved: one that is the same keeps its id,
 * its times and its pause. They run as whoever saved the document, since that is who decides what they do.
 *
 * Those that somebody made by themselves stay. But they run as somebody, and what they run has just been decided by `actor`: where
 * that is somebody else, they are paused until a person has looked, unless `mayActFor` says that the actor could act for them.
 */
export async function syncDefinition(
  context: WriteContext,
  workflow: SyncedWorkflow,
  definition: WorkflowDefinition,
  actor: string,
  mayActFor: (principal: string) => boolean = () => false,
): Promise<void> {
  const now = Date.now();
  await syncSchedules(context, workflow, { definition, actor, now });
  await syncTriggers(context, workflow, { definition, actor, now });
  if (actor.startsWith('local:')) return;
  await pauseForeign(context, workflow, { actor, mayActFor, now });
}

/** Of a workflow that was removed. */
export async function removeStarts(context: WriteContext, workflow: string, actor: string): Promise<void> {
  for (const row of await schedulesOf(context, workflow)) await removeSchedule(context, row, actor);
  for (const row of await triggersOf(context, workflow)) await removeTrigger(context, row, actor);
}

interface Sync {
  definition: WorkflowDefinition;
  actor: string;
  now: number;
}

async function syncSchedules(
  context: WriteContext,
  { id, project }: SyncedWorkflow,
  { definition, actor, now }: Sync,
): Promise<void> {
  const before = (await schedulesOf(context, id)).filter((row) => row.source === 'definition');
  for (const spec of definition.on.schedule) {
    const kept = before.findIndex((row) => isDeepStrictEqual(specOf(row), spec));
    if (kept >= 0) {
      const [row] = before.splice(kept, 1) as [ScheduleRow];
      await context.tx.updateTable('schedule').set({ principal: actor }).where('id', '=', row.id).execute();
      continue;
    }
    const made = {
      project,
      workflow: id,
      source: 'definition',
      name: spec.cron,
      spec,
      principal: actor,
    } as const;
    await addSchedule(context, made, { actor, now });
  }
  for (const row of before) await removeSchedule(context, row, actor);
}

async function syncTriggers(
  context: WriteContext,
  { id, project }: SyncedWorkflow,
  { definition, actor, now }: Sync,
): Promise<void> {
  const before = (await triggersOf(context, id)).filter((row) => row.source === 'definition');
  const wanted: TriggerKind[] = [
    ...definition.on.event.map((spec) => ({ kind: 'event', spec }) as const),
    ...definition.on.webhook.map((spec) => ({ kind: 'webhook', spec }) as const),
  ];
  const names = new Set<string>();
  for (const one of wanted) {
    await checkTrigger(
      context.tx,
      { ...one, project },
      one.kind === 'webhook' && !names.has(one.spec.name) ? id : undefined,
    );
    if (one.kind === 'webhook') names.add(one.spec.name);
    const kept = before.findIndex((row) => isSame(kindOf(row), one));
    if (kept >= 0) {
      const [row] = before.splice(kept, 1) as [TriggerRow];
      await context.tx
        .updateTable('workflow_trigger')
        .set({ principal: actor, spec: JSON.stringify(one.spec) })
        .where('id', '=', row.id)
        .execute();
      continue;
    }
    const name = one.kind === 'webhook' ? one.spec.name : one.spec.type;
    await addTrigger(
      context,
      { ...one, project, workflow: id, source: 'definition', name, principal: actor },
      { actor, now },
    );
  }
  for (const row of before) await removeTrigger(context, row, actor);
}

/** A webhook is its address: with other inputs or another secret it is still the same one. */
function isSame(one: TriggerKind, other: TriggerKind): boolean {
  if (one.kind === 'webhook' && other.kind === 'webhook') return one.spec.name === other.spec.name;
  return one.kind === other.kind && isDeepStrictEqual(one.spec, other.spec);
}

async function pauseForeign(
  context: WriteContext,
  { id }: SyncedWorkflow,
  { actor, mayActFor, now }: { actor: string; mayActFor: (principal: string) => boolean; now: number },
): Promise<void> {
  const foreign = (row: ScheduleRow | TriggerRow) =>
    row.source === 'manual' && row.paused === null && row.principal !== actor && !mayActFor(row.principal);
  const note = (principal: string) =>
    `${actor} changed the workflow, and may not act for ${principal}, as whom this runs.`;
  for (const row of (await schedulesOf(context, id)).filter(foreign))
    await pauseSchedule(context, row, { actor, now, note: note(row.principal) });
  for (const row of (await triggersOf(context, id)).filter(foreign))
    await pauseTrigger(context, row, { actor, now, note: note(row.principal) });
}

function schedulesOf({ tx }: WriteContext, workflow: string): Promise<ScheduleRow[]> {
  return tx.selectFrom('schedule').selectAll().where('workflow', '=', workflow).orderBy('id').execute();
}

function triggersOf({ tx }: WriteContext, workflow: string): Promise<TriggerRow[]> {
  return tx
    .selectFrom('workflow_trigger')
    .selectAll()
    .where('workflow', '=', workflow)
    .orderBy('id')
    .execute();
}
