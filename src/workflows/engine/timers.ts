import { type Kysely, sql } from 'kysely';
import type { Database } from '../../store/schema.ts';
import { stop, timeIsUp } from '../state/facts.ts';
import { entryOf } from '../state/run-state.ts';
import { AHEAD_MS, clockSetBack, runClockSetBack } from '../state/set-back.ts';
import type { createFactsQueue } from './facts-queue.ts';

const BATCH = 500;
/** The clock may jump, and another process may store something that is due earlier. */
const LONGEST_SLEEP_MS = 1_000;

/** Brings to a run that a time of it has come: waits, retries, timeouts of steps and of the run, approvals nobody gave. */
export function createTimers({
  db,
  facts,
  only,
  failed,
}: {
  db: Kysely<Database>;
  facts: ReturnType<typeof createFactsQueue>;
  /** Null: of all runs; else of these only. */
  only: ReadonlySet<string> | null;
  failed(error: unknown): void;
}) {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let planned = Number.POSITIVE_INFINITY;
  let closing = false;
  /** Of the last look. At the first one nobody knows what the clock was before. */
  let seen = Number.POSITIVE_INFINITY;
  plan(0);

  function plan(delay: number): void {
    clearTimeout(timer);
    if (closing) return;
    planned = Date.now() + delay;
    timer = setTimeout(() => {
      planned = Number.POSITIVE_INFINITY;
      working = look()
        .catch((error) => {
          failed(error);
          return LONGEST_SLEEP_MS;
        })
        .then((next) => {
          working = undefined;
          plan(next);
        });
    }, delay);
    timer.unref();
  }

  async function look(): Promise<number> {
    const now = Date.now();
    if (now < seen) await putRight(now);
    seen = now;
    const due = await db
      .selectFrom('workflow_step')
      .select(['run', 'name', 'item'])
      .where('due', 'is not', null)
      .where('due', '<=', now)
      .$if(only !== null, (query) => query.where('run', 'in', [...(only ?? [])]))
      .orderBy('due')
      .limit(BATCH)
      .execute();
    const late = await db
      .selectFrom('workflow_run')
      .select('id')
      .where('deadline', 'is not', null)
      .where('deadline', '<=', now)
      .where('status', 'in', ['queued', 'running', 'waiting', 'cancelling'])
      .$if(only !== null, (query) => query.where('id', 'in', [...(only ?? [])]))
      .limit(BATCH)
      .execute();
    await Promise.all([
      ...due.map((step) =>
        facts.add(step.run, (state) => {
          const entry = entryOf(state, step.name, step.item);
          if (entry) timeIsUp(state, entry, Date.now());
        }),
      ),
      ...late.map(({ id }) =>
        facts.add(id, (state) => {
          if (state.deadline === null || state.deadline > Date.now()) return;
          stop(state, {
            reason: 'timeout',
            error: { code: 'workflow-timeout', message: 'The workflow took longer than its timeout.' },
            force: false,
            now: Date.now(),
          });
          state.deadline = null;
          state.changed = true;
        }),
      ),
    ]);
    if (due.length === BATCH || late.length === BATCH) return 0;
    const { rows } = await sql<{ next: number | null }>`
      select min(next) as next from (
        select min(due) as next from workflow_step where due is not null ${among('run')}
        union all
        select min(deadline) as next from workflow_run
        where deadline is not null and status in ('queued', 'running', 'waiting', 'cancelling') ${among('id')}
      ) as times`.execute(db);
    const next = rows[0]?.next ?? null;
    return next === null
      ? LONGEST_SLEEP_MS
      : Math.min(LONGEST_SLEEP_MS, Math.max(1, Number(next) - Date.now()));
  }

  function among(column: 'run' | 'id') {
    return only === null ? sql`` : sql`and ${sql.ref(column)} in (${sql.join([...only, ''])})`;
  }

  /** Times that were stored under a clock that has been set back since. */
  async function putRight(now: number): Promise<void> {
    const ahead = await db
      .selectFrom('workflow_step')
      .select(['run', 'name', 'item'])
      .where('due', '>', now)
      .where('started', '>', now + AHEAD_MS)
      .$if(only !== null, (query) => query.where('run', 'in', [...(only ?? [])]))
      .execute();
    const runs = await db
      .selectFrom('workflow_run')
      .select('id')
      .where('deadline', '>', now)
      .where('started', '>', now + AHEAD_MS)
      .where('status', 'in', ['queued', 'running', 'waiting', 'cancelling'])
      .$if(only !== null, (query) => query.where('id', 'in', [...(only ?? [])]))
      .execute();
    await Promise.all([
      ...ahead.map((step) =>
        facts.add(step.run, (state) => {
          const entry = entryOf(state, step.name, step.item);
          if (entry) clockSetBack(state, entry, Date.now());
        }),
      ),
      ...runs.map(({ id }) => facts.add(id, (state) => runClockSetBack(state, Date.now()))),
    ]);
  }

  return {
    /** Something is due then. */
    soon(due: number): void {
      if (working === undefined && due < planned) plan(Math.max(0, due - Date.now()));
    },
    async close(): Promise<void> {
      closing = true;
      clearTimeout(timer);
      await working;
    },
  };
}
