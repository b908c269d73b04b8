import { SentinelError } from '../../lib/errors.ts';
import type { WriteContext } from '../../store/store.ts';
import { attempt } from './attempt.ts';
import { currentWorkflow } from './current-workflow.ts';
import { loopReason, originOf } from './event-origin.ts';
import { eventScope, type LogEvent } from './log-event.ts';
import type { Starter } from './starter.ts';
import { stopTrigger } from './stop-trigger.ts';
import { triggerInputs } from './trigger-inputs.ts';
import { kindOf, pauseTrigger, type TriggerRow } from './trigger-rows.ts';

const ACTOR = 'system';

export interface Firing {
  trigger: string;
  event: LogEvent;
  /** Why its principal cannot start workflows now. */
  refusal: string | null;
  now: number;
}

/** Starts the workflow of a trigger for one event, in the transaction that stores the cursor behind the event. */
export async function fireEvent(
  context: WriteContext,
  starter: Starter,
  { trigger, event, refusal, now }: Firing,
): Promise<void> {
  const row = await context.tx
    .selectFrom('workflow_trigger')
    .selectAll()
    .where('id', '=', trigger)
    .where('event_type', '=', event.type)
    .executeTakeFirst();
  // Paused or removed since it was read.
  if (!row) return;
  const workflow = await currentWorkflow(context.tx, row.workflow);
  if (refusal !== null || !workflow) {
    await pauseTrigger(context, row, { actor: ACTOR, now, note: refusal ?? 'Its workflow was removed.' });
    return;
  }
  const stop = (reason: string) => stopTrigger(context, row, { about: event.id, reason, now });
  const origin = await originOf(context.tx, event);
  const loop = loopReason(origin, workflow);
  if (loop !== null) {
    await stop(loop);
    return;
  }
  const inputs = inputsOrReason(row, event);
  if (typeof inputs === 'string') {
    await stop(inputs);
    return;
  }
  const result = await attempt(context, (inner) =>
    starter.startInside(inner, {
      project: row.project,
      principal: row.principal,
      definition: workflow.definition,
      workflow: { id: workflow.id, revision: workflow.revision },
      inputs,
      trigger: { kind: 'event', id: row.id, data: { event: eventScope(event) } },
      depth: origin.depth,
    }),
  );
  if ('refused' in result) {
    await stop(result.refused.message);
    return;
  }
  if ('skipped' in result.value) {
    tellSkipped(context, row, result.value.skipped);
    return;
  }
  await context.tx
    .updateTable('workflow_trigger')
    .set({ fired: now, last_run: result.value.id })
    .where('id', '=', row.id)
    .execute();
}

function inputsOrReason(row: TriggerRow, event: LogEvent): Record<string, unknown> | string {
  try {
    return triggerInputs(kindOf(row).spec.inputs, { event: eventScope(event) });
  } catch (error) {
    if (error instanceof SentinelError) return error.message;
    throw error;
  }
}

export function tellSkipped({ emit }: WriteContext, row: TriggerRow, reason: string): void {
  emit({
    type: 'trigger.skipped',
    project: row.project,
    actor: ACTOR,
    subject: row.id,
    data: { name: row.name, reason },
  });
}
