import type { Kysely } from 'kysely';
import * as z from 'zod';
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
  const counts = await countItems(db, row.id);
  const undone = counts.find(({ state }) => state === 'undone')?.count ?? 0;
  const kept = Object.fromEntries(
    counts.flatMap(({ state, reason, count }) =>
      state === 'kept' ? [[reason ?? 'changed-since', count]] : [],
    ),
  );
  return {
    time: row.undone,
    actor,
    undone,
    kept: toSkipped(kept),
    text: resultText('undone', undone, kept),
  };
}

export function toSkipped(counts: Readonly<Record<string, number>>): z.output<typeof Skipped>[] {
  return Object.entries(counts).map(([reason, count]) => ({ reason, words: wordsOf(reason), count }));
}
