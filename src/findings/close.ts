import { type ExpressionBuilder, type Kysely, type RawBuilder, sql } from 'kysely';
import type { CoveredScope } from '../model/coverage.ts';
import type { Location } from '../model/location.ts';
import { jsonRows, unindexed } from '../store/bulk.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { closeFindings, type Gone } from './close-findings.ts';
import { covers } from './covers.ts';
import { type RuleBook, ruleOf } from './rule-book.ts';

export interface Coverage {
  at: CoveredScope;
  /** Rules that looked there, `name/*` for all whose id begins so; undefined means all of the run's rules. */
  rules?: readonly string[];
  /** The tool that looked; undefined means the run's own task. */
  tool?: string;
}

export interface ClosingRun {
  run: string;
  project: string;
  asset: string;
  /** The tool whose findings are closed. */
  task: string;
  actor: string;
  rules: RuleBook;
  /** Of this tool. */
  coverage: readonly Coverage[];
  changeSet?: string;
}

/** Of the findings that were open before the run, or merged into others, so many are gone. */
export interface ClosingPlan {
  open: number;
  gone: string[];
}

const BATCH = 500;

/**
 * What this run did not find again, and only where it looked: the place is covered, by the same revision of the same rule.
 */
export async function planClosing(db: Kysely<Database>, closing: ClosingRun): Promise<ClosingPlan> {
  const plan: ClosingPlan = { open: 0, gone: [] };
  if (closing.coverage.length === 0) return plan;
  const { run, asset, task } = closing;
  const { open } = await db
    .selectFrom('finding')
    .select((e) => e.fn.countAll<number | string>().as('open'))
    .where('asset', '=', asset)
    .where('task', '=', task)
    .where(mayClose)
    .where('first_run', '<>', run)
    .executeTakeFirstOrThrow();
  plan.open = Number(open);
  const originals: string[] = [];
  for (let after = ''; ; ) {
    const page = await goneQuery(db, closing).where('id', '>', after).execute();
    const last = page.at(-1);
    if (!last) break;
    after = last.id;
    for (const row of page) {
      if (!wasExamined(closing, row)) continue;
      (row.status === 'duplicate' ? plan.gone : originals).push(row.id);
    }
  }
  // Duplicates first: one that is closed in another transaction than its original must not take the place of it before.
  plan.gone = plan.gone.concat(originals);
  return plan;
}

/** Closes what was planned, as far as it is still so; returns how many were closed. */
export async function closePlanned(
  store: Store,
  closing: ClosingRun,
  ids: readonly string[],
): Promise<number> {
  let closed = 0;
  for (let at = 0; at < ids.length; at += BATCH) {
    const given = jsonRows(
      store.dialect,
      { id: 'text' },
      ids.slice(at, at + BATCH).map((id) => ({ id })),
    );
    const { count } = await store.write({ lane: 'run', label: 'finding.close' }, async (context) => {
      const query = goneQuery(context.tx, closing, (name) => unindexed(store.dialect, name)).where(
        sql<boolean>`id in (${given})`,
      );
      const rows = await (store.dialect === 'postgres' ? query.forUpdate() : query).execute();
      await closeFindings(context, { ...closing, dialect: store.dialect }, rows);
      return { count: rows.length };
    });
    closed += count;
  }
  return closed;
}

/** A duplicate of another finding is closed as well: when that one is fixed, it must not open. */
function mayClose(e: ExpressionBuilder<Database, 'finding'>) {
  return e.or([
    e('status', 'in', ['open', 'confirmed']),
    e.and([e('status', '=', 'duplicate'), e('merged_into', 'is not', null)]),
  ]);
}

function goneQuery(
  db: Kysely<Database>,
  { asset, task, run }: ClosingRun,
  column: (name: string) => RawBuilder<unknown> = sql.ref,
) {
  return db
    .selectFrom('finding')
    .select(['id', 'rule', 'rule_revision', 'title', 'severity', 'location', 'status', 'last_run'])
    .select(['merged_into', 'closed'])
    .where(sql<boolean>`${column('asset')} = ${asset}`)
    .where(sql<boolean>`${column('task')} = ${task}`)
    .where(mayClose)
    .where('last_run', '<', run)
    .where(notSeenBy(run))
    .orderBy('id')
    .limit(BATCH);
}

/** Of two runs that look at the same thing at the same time each finds what the other has seen last. Ids of runs sort by time. */
function notSeenBy(run: string) {
  return ({ not, exists, selectFrom }: ExpressionBuilder<Database, 'finding'>) =>
    not(
      exists(
        selectFrom('occurrence')
          .select('occurrence.run')
          .where('occurrence.run', '=', run)
          .whereRef('occurrence.finding', '=', 'finding.id'),
      ),
    );
}

function wasExamined(
  closing: ClosingRun,
  finding: Pick<Gone, 'rule' | 'rule_revision' | 'location'>,
): boolean {
  const rule = ruleOf(closing.rules, closing.task, finding.rule);
  // The report of another tool names only rules that found something: one that is missing from it found nothing.
  if (!rule ? closing.changeSet === undefined : (rule.revision ?? 1) !== finding.rule_revision) return false;
  const at = JSON.parse(finding.location) as Location;
  return closing.coverage.some((part) => looked(part.rules, finding.rule) && covers(part.at, at));
}

function looked(rules: readonly string[] | undefined, id: string): boolean {
  if (!rules) return true;
  return rules.includes(id) || rules.includes(`${id.slice(0, id.lastIndexOf('/'))}/*`);
}
