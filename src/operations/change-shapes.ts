import type { Kysely } from 'kysely';
import * as z from 'zod';
import { REMOVED } from '../findings/imports/remove-findings.ts';
import { setsOf } from '../findings/imports/undo-job.ts';
import {
  CHANGE_KINDS,
  CHANGE_STATUSES,
  type ChangeRow,
  countItems,
  resultText,
  wordsOf,
} from '../findings/lifecycle/change-sets.ts';
import { loginsOf } from '../store/findings.ts';
import type { Database } from '../store/schema.ts';

export const Skipped = z.object({ reason: z.string(), words: z.string(), count: z.int() });

export const ChangeSet = z.object({
  id: z.string(),
  kind: z.enum(CHANGE_KINDS),
  status: z.enum(CHANGE_STATUSES),
  actor: z.string(),
  actorName: z.string(),
  created: z.int(),
  ended: z.int().nullable(),
  run: z.string().nullable().describe('The run or import that made it'),
  query: z.string().nullable(),
  action: z.unknown().describe('What is done to each finding'),
  total: z.int(),
  done: z.int(),
  changed: z.int(),
  skipped: z.array(Skipped),
  text: z.string().describe('The result in words'),
  error: z.string().nullable(),
  undo: z
    .object({
      time: z.int().nullable(),
      actor: z.string(),
      undone: z.int(),
      removed: z.int().describe('Of those: what an import had found first is not there any more'),
      kept: z.array(Skipped),
      text: z.string(),
    })
    .nullable(),
  decided: z
    .object({ time: z.int(), actor: z.string(), comment: z.string().nullable() })
    .nullable()
    .describe('By the second person'),
});

/** A change with its result in words. */
export async function toChangeSet(db: Kysely<Database>, row: ChangeRow): Promise<z.output<typeof ChangeSet>> {
  const names = await loginsOf(db, [row.actor]);
  const skipped = JSON.parse(row.skipped) as Record<string, number>;
  const { action } = JSON.parse(row.action) as { action?: unknown };
  return {
    id: row.id,
    kind: row.kind as z.output<typeof ChangeSet>['kind'],
    status: row.status as z.output<typeof ChangeSet>['status'],
    actor: row.actor,
    actorName: names.get(row.actor) ?? row.actor,
    created: row.created,
    ended: row.ended,
    run: row.run,
    query: row.query,
    action: action ?? JSON.parse(row.action),
    total: row.total,
    done: row.done,
    changed: row.changed,
    skipped: toSkipped(skipped),
    text: resultText('changed', row.changed, skipped),
    error: row.error,
    undo: row.undone_by === null ? null : await undoOf(db, row, row.undone_by),
    decided:
      row.decided === null ? null : { time: row.decided, actor: row.decided_by ?? '', comment: row.decision },
  };
}

async function undoOf(
  db: Kysely<Database>,
  row: ChangeRow,
  actor: string,
): Promise<NonNullable<z.output<typeof ChangeSet>['undo']>> {
  const sets = row.kind === 'import' ? await setsOf(db, row) : [row.id];
  const counts = (await Promise.all(sets.map((id) => countItems(db, id)))).flat();
  const sum = (fitting: typeof counts) => fitting.reduce((total, { count }) => total + count, 0);
  const undone = sum(counts.filter(({ state }) => state === 'undone'));
  const removed = sum(counts.filter(({ state, reason }) => state === 'undone' && reason === REMOVED));
  const kept: Record<string, number> = {};
  for (const { state, reason, count } of counts)
    if (state === 'kept') kept[reason ?? 'changed-since'] = (kept[reason ?? 'changed-since'] ?? 0) + count;
  return {
    time: row.undone,
    actor,
    undone,
    removed,
    kept: toSkipped(kept),
    text:
      row.kind === 'import'
        ? `${removed.toLocaleString('en')} removed, ${resultText('as before', undone - removed, kept)}`
        : resultText('undone', undone, kept),
  };
}

export function toSkipped(counts: Readonly<Record<string, number>>): z.output<typeof Skipped>[] {
  return Object.entries(counts).map(([reason, count]) => ({ reason, words: wordsOf(reason), count }));
}
