import { type Kysely, sql } from 'kysely';
import { FINDING_STATUSES } from '../../model/finding.ts';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';

/** Entries of a history that changed the status; the status before is in them. */
const KINDS = ['status', 'fixed', 'reopened', 'merged', 'unmerged', 'undone'] as const;

export interface StatusChange {
  finding: string;
  time: number;
  from: string;
}

/**
 * The first change of the status behind a moment, by finding: what it was before that change is what it was at the moment. Findings
 * without one have had the status that they have.
 */
export async function firstChangesAfter(
  db: Kysely<Database>,
  dialect: Store['dialect'],
  { ids, time }: { ids: readonly string[]; time: number },
): Promise<Map<string, StatusChange>> {
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const rows = await db
    .selectFrom('finding_history')
    .select(['finding', 'time', 'kind', 'data'])
    .where(sql<boolean>`finding in (${given})`)
    .where('kind', 'in', [...KINDS])
    .where('time', '>', time)
    .orderBy('id')
    .execute();
  const found = new Map<string, StatusChange>();
  for (const row of rows) {
    if (found.has(row.finding)) continue;
    const from = statusBefore(row.kind, JSON.parse(row.data) as Record<string, unknown>);
    if (from !== null) found.set(row.finding, { finding: row.finding, time: Number(row.time), from });
  }
  return found;
}

/** Null: the entry is about something else. */
export function statusBefore(kind: string, data: Record<string, unknown>): string | null {
  // An end of a merge tells there which finding it was merged into.
  const from = FINDING_STATUSES.find((status) => status === data.from);
  if (from !== undefined) return from;
  switch (kind) {
    case 'fixed':
    case 'merged':
      return 'open';
    case 'reopened':
      return 'fixed';
    case 'unmerged':
      return 'duplicate';
    default:
      return null;
  }
}
