import { type Kysely, type Selectable, sql } from 'kysely';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { CoveredScope } from '../model/coverage.ts';
import { RuleText } from '../model/rule.ts';
import type { Database } from '../store/schema.ts';
import type { Store, WriteContext } from '../store/store.ts';
import { type ClosingPlan, type ClosingRun, type Coverage, closePlanned, planClosing } from './close.ts';
import type { MatchingSettings } from './matching-settings.ts';

export type CloseReview = Selectable<Database['close_review']>;

export interface Closed {
  closed: number;
  /** The review that it waits for: nothing was closed. */
  review: { id: string; open: number; closing: number } | null;
}

/**
 * Closes what a run did not find again. More than the project's share at once may be a scan that went wrong: that waits until
 * somebody has looked.
 */
export async function closeGone(
  store: Store,
  closing: ClosingRun,
  settings: Pick<MatchingSettings, 'closeShare' | 'closeAtLeast'>,
): Promise<Closed> {
  if (closing.coverage.length === 0) return { closed: 0, review: null };
  const plan = await planClosing(store.db, closing);
  if (!isTooMuch(plan, settings)) {
    const closed = await closePlanned(store, closing, plan.gone);
    if (closed > 0) await store.write({ lane: 'run' }, (context) => supersede(context, closing));
    return { closed, review: null };
  }
  const review = { id: newId('clr'), open: plan.open, closing: plan.gone.length };
  await store.write({ lane: 'run', label: 'finding.closing' }, async (context) => {
    await supersede(context, closing);
    const { project, run, asset, task, actor } = closing;
    const created = Date.now();
    await context.tx
      .insertInto('close_review')
      .values({
        ...review,
        project,
        run,
        asset,
        task,
        created,
        status: 'waiting',
        decided: null,
        decided_by: null,
      })
      .execute();
    context.emit({
      type: 'closing.requested',
      project,
      actor,
      subject: review.id,
      run,
      data: { tool: task, open: review.open, closing: review.closing },
    });
  });
  return { closed: 0, review };
}

function isTooMuch(
  { open, gone }: ClosingPlan,
  { closeShare, closeAtLeast }: Pick<MatchingSettings, 'closeShare' | 'closeAtLeast'>,
): boolean {
  return gone.length >= closeAtLeast && gone.length > open * closeShare;
}

/** A newer look at the same thing decides. */
async function supersede({ tx }: WriteContext, { asset, task }: ClosingRun): Promise<void> {
  await tx
    .updateTable('close_review')
    .set({ status: 'superseded', decided: Date.now() })
    .where('asset', '=', asset)
    .where('task', '=', task)
    .where('status', '=', 'waiting')
    .execute();
}

/** By its id, or by that of the run: of a run with several tools the one that waits. */
export async function readReview(db: Kysely<Database>, project: string, id: string): Promise<CloseReview> {
  const rows = await db
    .selectFrom('close_review')
    .selectAll()
    .where((e) => e.or([e('id', '=', id), e('run', '=', id)]))
    .where('project', '=', project)
    .orderBy('id')
    .execute();
  const waiting = rows.filter(({ status }) => status === 'waiting' || status === 'approving');
  const [row, another] = waiting.length > 0 ? waiting : rows;
  if (!row) throw new SentinelError('not-found', `There is no closing ${id}.`);
  if (another)
    throw new SentinelError(
      'invalid-parameter',
      `The run ${id} has several closings: ${(waiting.length > 0 ? waiting : rows).map((one) => `${one.id} (${one.task})`).join(', ')}. Name one of them.`,
    );
  return row;
}

/** What the run has covered, as it was stored, and the rules as they are now: one that looks at something else since closes nothing. */
export async function closingOf(
  db: Kysely<Database>,
  review: CloseReview,
  actor: string,
): Promise<ClosingRun> {
  const { run, project, asset, task } = review;
  const owner = await db.selectFrom('run').select('task').where('id', '=', run).executeTakeFirst();
  const parts = await db
    .selectFrom('coverage')
    .select(['scope', 'rules', 'tool'])
    .where('run', '=', run)
    .where(sql<boolean>`coalesce(tool, ${owner?.task ?? ''}) = ${task}`)
    .orderBy('seq')
    .execute();
  const rules = await db.selectFrom('rule').select(['id', 'text']).where('task', '=', task).execute();
  const sets = await db
    .selectFrom('change_set')
    .select('id')
    .where('run', '=', run)
    .where('kind', '=', 'import')
    .orderBy('id')
    .executeTakeFirst();
  return {
    run,
    project,
    asset,
    task,
    actor,
    rules: new Map([[task, new Map(rules.map(({ id, text }) => [id, RuleText.parse(JSON.parse(text))]))]]),
    coverage: parts.map(({ scope, rules }): Coverage => {
      const only = JSON.parse(rules) as string[] | null;
      return { at: JSON.parse(scope) as CoveredScope, ...(only ? { rules: only } : {}) };
    }),
    ...(sets ? { changeSet: sets.id } : {}),
  };
}

/** Of an approved review. Called again after a crash, it goes on. */
export async function closeReviewed(store: Store, review: CloseReview, actor: string): Promise<number> {
  const closing = await closingOf(store.db, review, actor);
  const { gone } = await planClosing(store.db, closing);
  const closed = await closePlanned(store, closing, gone);
  await store.write({ lane: 'run', label: 'finding.closing' }, ({ tx }) =>
    tx.updateTable('close_review').set({ status: 'approved' }).where('id', '=', review.id).execute(),
  );
  return closed;
}
