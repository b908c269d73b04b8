import { DEAD_MS } from '../../engine/instance.ts';
import type { Store } from '../../store/store.ts';
import { requirementCounts } from '../../store/workflow-runs.ts';
import { membersAlive, unmetOf } from '../../workflows/scale/members.ts';
import { type Check, ok, warn } from './check.ts';

/** Steps that no process that lives can do: they would wait without a word. */
export async function checkWorkers(store: Store): Promise<Check[]> {
  const counts = await requirementCounts(store.db);
  const needs = counts.map(({ requirement }) => requirement);
  const members = await membersAlive(store, DEAD_MS);
  // Without a server nothing is expected to go on.
  if (!members.some(({ role }) => role === 'server')) return [];
  const unmet = await unmetOf(store, DEAD_MS, needs);
  if (unmet.size > 0)
    return [
      warn(
        'workers',
        `nobody has what steps wait for: ${[...unmet].join(', ')}`,
        'Start a worker with these labels: sentinelx worker start --labels …',
      ),
    ];
  const workers = members.filter(({ places }) => places > 0).length;
  return [ok('workers', `${workers} of ${members.length} processes take steps`)];
}
