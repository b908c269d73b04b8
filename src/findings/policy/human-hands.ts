import { type Kysely, sql } from 'kysely';
import { jsonRows } from '../../store/bulk.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';

export const HANDS = ['status', 'severity', 'snooze', 'assignee', 'labels'] as const;
export type Hand = (typeof HANDS)[number];

export interface HumanDecision {
  time: number;
  actor: string;
}

/** What people decided about a finding: nothing of that is decided by a policy any more. */
export type HumanHands = Partial<Record<Hand, HumanDecision>>;

/** Of each finding the last decision of a person by what it was about; an undo takes everything into their hands. */
export async function readHumanHands(
  db: Kysely<Database>,
  dialect: Store['dialect'],
  ids: readonly string[],
): Promise<Map<string, HumanHands>> {
  const found = new Map<string, HumanHands>();
  if (ids.length === 0) return found;
  const given = jsonRows(
    dialect,
    { id: 'text' },
    ids.map((id) => ({ id })),
  );
  const rows = await db
    .selectFrom('finding_history')
    .select(['finding', 'time', 'actor', 'kind', 'data'])
    .where(sql<boolean>`finding in (${given})`)
    .where('kind', 'in', [...HANDS, 'undone'])
    .orderBy('id')
    .execute();
  for (const row of rows) {
    const { source, run } = JSON.parse(row.data) as { source?: string; run?: string };
    if (source === 'policy' || source === 'import' || source === 'model') continue;
    // What a scan changed stands under the one who started it.
    if (run !== undefined) continue;
    // A snooze that ended by itself, and what else the clock does, is nobody's decision.
    if (row.actor === 'system') continue;
    const hands = found.get(row.finding) ?? {};
    const decision = { time: Number(row.time), actor: row.actor };
    for (const hand of row.kind === 'undone' ? HANDS : [row.kind as Hand]) hands[hand] = decision;
    found.set(row.finding, hands);
  }
  return found;
}
