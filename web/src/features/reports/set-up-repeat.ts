import { overviewApi } from '../../api/system-api.ts';
import type { Schedule } from '../workflows/types.ts';
import { schedulesApi, workflowsApi } from '../workflows/workflows-api.ts';
import { cronOfRepeat, documentOf, freeName, type RepeatDraft } from './repeat.ts';
import type { ReportWish } from './types.ts';

/** A workflow of one step that makes the report, with a schedule that people can edit. Of both nothing stays when one fails. */
export async function repeatReport(wish: ReportWish, draft: RepeatDraft): Promise<Schedule> {
  // A workflow takes any text as a filter: it would fail only at night.
  await overviewApi.facets(wish.q ?? '');
  const taken = await takenNames();
  const name = freeName(wish, taken);
  const { stringify } = await import('yaml');
  await workflowsApi.create({ source: stringify(documentOf(name, wish), { lineWidth: 0 }), note: '' });
  try {
    return await schedulesApi.create({
      ...{ workflow: name, cron: cronOfRepeat(draft), zone: draft.zone },
      ...{ overlap: 'skip', catchUp: 'one', jitter: '0s' },
    });
  } catch (error) {
    await workflowsApi.remove(name, false).catch(() => undefined);
    throw error;
  }
}

export async function stopRepeating(schedule: Schedule): Promise<void> {
  await schedulesApi.remove(schedule.id);
  await workflowsApi.remove(schedule.workflow, false);
}

async function takenNames(): Promise<ReadonlySet<string>> {
  const { items } = await workflowsApi.list({ limit: 1000 });
  return new Set(items.map(({ name }) => name));
}
