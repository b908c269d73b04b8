import type { WriteContext } from '../../store/store.ts';
import { pauseTrigger, type TriggerRow } from './trigger-rows.ts';
import { countStops, noteStop } from './trigger-stops.ts';

/** So many times that a trigger could not start its workflow, and somebody has to look at it. */
export const MOST_STOPS = 5;

/** Something would have been started and was not: it is told, and the fifth time pauses the trigger. */
export async function stopTrigger(
  context: WriteContext,
  row: TriggerRow,
  { about, reason, now }: { about: string; reason: string; now: number },
): Promise<{ paused: boolean }> {
  context.emit({
    type: 'trigger.stopped',
    project: row.project,
    actor: 'system',
    subject: row.id,
    data: { name: row.name, reason },
  });
  await noteStop(context.tx, row.id, { about, now });
  if ((await countStops(context.tx, row.id)) < MOST_STOPS) return { paused: false };
  const note = `It could not start its workflow ${MOST_STOPS} times. The last time: ${reason}`;
  await pauseTrigger(context, row, { actor: 'system', now, note });
  return { paused: true };
}
