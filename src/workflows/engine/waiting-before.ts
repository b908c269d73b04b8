import type { StoredEvent } from '../../model/event.ts';
import type { WriteContext } from '../../store/store.ts';

/**
 * Steps of the run that had begun to wait before this event, by the order of the log: a reader that is behind comes by events from
 * before the wait, and the clocks of two hosts say nothing about what came first.
 */
export async function waitingBefore(
  { tx }: WriteContext,
  run: string,
  event: Pick<StoredEvent, 'cursor'>,
): Promise<Set<string>> {
  const seq = Number(event.cursor.split(':').at(-1));
  const rows = await tx
    .selectFrom('event')
    .select('data')
    .where('run', '=', run)
    .where('type', '=', 'workflow-step.changed')
    .where('seq', '<', seq)
    .execute();
  const steps = new Set<string>();
  for (const row of rows) {
    const { step, status, waitsFor } = JSON.parse(row.data) as {
      step: string;
      status: string;
      waitsFor: string | null;
    };
    if (status === 'waiting' && waitsFor === 'event') steps.add(step);
  }
  return steps;
}
