import { repeat } from '../../store/repeat.ts';
import { type FireParts, fireSchedule } from './fire-schedule.ts';
import type { ScheduleRow } from './schedule-rows.ts';

/** Also when nothing is due soon: the clock of the machine may have been set. */
const LONGEST_SLEEP_MS = 30_000;
/** A new schedule is at least a moment away: many commits are one look. */
const GATHER_MS = 200;
const BATCH = 100;

export interface ScheduleLoop extends AsyncDisposable {
  look(): Promise<void>;
}

/** Starts what is due, on each server: whoever comes first does it. */
export function startSchedules(
  parts: FireParts & { clock: () => number; onProblem: (error: unknown) => void },
): ScheduleLoop {
  const { store, clock, onProblem } = parts;

  async function look(): Promise<number> {
    for (;;) {
      const now = clock();
      const due = await store.db
        .selectFrom('schedule')
        .selectAll()
        .where('due', '<=', now)
        .orderBy('due')
        .orderBy('id')
        .limit(BATCH)
        .execute();
      const failed = await fireAll(due, now);
      if (failed.length > 0) throw failed[0];
      if (due.length < BATCH) break;
    }
    const first = await store.db
      .selectFrom('schedule')
      .select('due')
      .where('due', 'is not', null)
      .orderBy('due')
      .limit(1)
      .executeTakeFirst();
    if (first?.due == null) return LONGEST_SLEEP_MS;
    return Math.min(LONGEST_SLEEP_MS, Math.max(0, first.due - clock()));
  }

  /** What is wrong with one must not hold up the others. */
  async function fireAll(rows: readonly ScheduleRow[], now: number): Promise<unknown[]> {
    const failed: unknown[] = [];
    for (const row of rows) await fireSchedule(parts, row, now).catch((error) => failed.push(error));
    return failed;
  }

  const loop = repeat(store, { look, gatherMs: () => GATHER_MS, onProblem });
  return { look: loop.now, [Symbol.asyncDispose]: loop.close };
}
