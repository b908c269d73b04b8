import { sql } from 'kysely';
import { FINDING_STATUSES } from '../../model/finding.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { jsonRows, unindexed } from '../../store/bulk.ts';
import { countOf, idAt } from '../../store/findings-index/packed-ids.ts';
import { type FindingStates, NO_STATE } from '../../store/findings-index/states.ts';
import type { Store } from '../../store/store.ts';

const BATCH = 5_000;

/** Status and severity of these findings as they are now: from the index of the embedded store, else from the rows. */
export async function readStates(store: Store, project: string, ids: Uint8Array): Promise<FindingStates> {
  if (store.findings) return store.findings.states({ project, ids });
  const count = countOf(ids);
  const states: FindingStates = {
    status: new Uint8Array(count).fill(NO_STATE),
    severity: new Uint8Array(count).fill(NO_STATE),
    hidden: new Uint8Array(count),
  };
  for (let from = 0; from < count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) =>
      idAt(ids, from + index),
    );
    const place = new Map(batch.map((id, index) => [id, from + index]));
    const given = jsonRows(
      store.dialect,
      { id: 'text' },
      batch.map((id) => ({ id })),
    );
    const rows = await store.db
      .selectFrom('finding')
      .select(['id', 'status', 'severity', 'hidden_by'])
      .where(sql<boolean>`${unindexed(store.dialect, 'project')} = ${project}`)
      .where(sql<boolean>`id in (${given})`)
      .execute();
    for (const row of rows) {
      const index = place.get(row.id);
      if (index === undefined) continue;
      states.status[index] = (FINDING_STATUSES as readonly string[]).indexOf(row.status);
      states.severity[index] = (SEVERITIES as readonly string[]).indexOf(row.severity);
      states.hidden[index] = row.hidden_by === null ? 0 : 1;
    }
  }
  return states;
}
