import type { Kysely } from 'kysely';
import type { Database } from '../../store/schema.ts';
import { ended } from '../state/facts.ts';
import { entryOf } from '../state/run-state.ts';
import type { createFactsQueue } from './facts-queue.ts';

/**
 * Steps whose process is gone are ready again. Steps with a run of their own are not looked for here: their run ends as interrupted,
 * and that moves them on.
 */
export async function recoverSteps({
  db,
  facts,
  only,
  lives,
  isLost,
}: {
  db: Kysely<Database>;
  facts: ReturnType<typeof createFactsQueue>;
  /** Null: of all runs; else of these only. */
  only: ReadonlySet<string> | null;
  lives(instance: string): Promise<boolean>;
  /** An instance that lives is not at it after all. */
  isLost(instance: string, key: string): boolean;
}): Promise<void> {
  const rows = await db
    .selectFrom('workflow_step')
    .select(['run', 'name', 'item', 'fence', 'instance'])
    .where('status', 'in', ['queued', 'running'])
    .where('instance', 'is not', null)
    .where('task_run', 'is', null)
    .where('child_run', 'is', null)
    .$if(only !== null, (query) => query.where('run', 'in', [...(only ?? [])]))
    .execute();
  const living = new Map<string, boolean>();
  for (const { instance } of rows)
    if (instance !== null && !living.has(instance)) living.set(instance, await lives(instance));
  await Promise.all(
    rows
      .filter(
        ({ run, name, item, fence, instance }) =>
          living.get(instance ?? '') === false || isLost(instance ?? '', `${run}:${name}:${item}:${fence}`),
      )
      .map((row) =>
        facts.add(row.run, (state) => {
          const entry = entryOf(state, row.name, row.item);
          if (entry?.status !== 'running' || entry.fence !== row.fence) return;
          const outcome = { status: 'interrupted', error: null } as const;
          ended(state, entry, { outcome, now: Date.now() });
        }),
      ),
  );
}

/** Workflows within workflows that were to be cancelled when the process died that would have done it. */
export async function childrenToCancel(db: Kysely<Database>): Promise<string[]> {
  const rows = await db
    .selectFrom('workflow_run as child')
    .innerJoin('workflow_run as parent', 'parent.id', 'child.parent_run')
    .innerJoin('workflow_step as step', (join) =>
      join
        .onRef('step.run', '=', 'child.parent_run')
        .onRef('step.name', '=', 'child.parent_step')
        .onRef('step.item', '=', 'child.parent_item'),
    )
    .select('child.id')
    .where('child.parent_run', 'is not', null)
    .where('child.status', 'in', ['queued', 'running', 'waiting'])
    .where((where) =>
      where.or([
        where('step.error_code', '=', 'step-timeout'),
        where.and([
          where('parent.failed', 'in', ['cancelled', 'timeout']),
          where('step.section', '=', 'steps'),
        ]),
      ]),
    )
    .execute();
  return rows.map((row) => row.id);
}
