import { createHash } from 'node:crypto';
import type { ScheduleSpec } from '../../model/workflow.ts';
import { readCron, type Times, timesBetween } from './cron.ts';

/** A time that is noticed so late was missed: nobody was there for it. */
export const GRACE_MS = 60_000;
/** Most runs that one look starts. */
export const MOST_AT_ONCE = 100;
/** Counting further would take longer than the number is worth. */
const MOST_COUNTED = 500;
const HOUR_MS = 3_600_000;

/** One time of a schedule: what the expression says, and when it is done with its jitter. */
export interface DueTime {
  time: number;
  moment: number;
}

export interface DuePlan {
  /** Times to start a run for, oldest first. */
  fire: number[];
  /** Times that nobody was there for; `more`: at least so many. */
  missed: { times: number; more: boolean };
  /** The next moment to look at, or null when there is none any more. */
  due: number | null;
}

export interface Schedule {
  id: string;
  spec: Pick<ScheduleSpec, 'cron' | 'zone' | 'jitter' | 'catch_up'>;
}

/** The first time after `after`, with its moment. */
export function nextDue(schedule: Schedule, after: number): DueTime | null {
  return dueAfter(readCron(schedule.spec.cron, schedule.spec.zone), schedule, after);
}

export function nextDues(schedule: Schedule, after: number, count: number): DueTime[] {
  const times = readCron(schedule.spec.cron, schedule.spec.zone);
  const list: DueTime[] = [];
  for (let due = dueAfter(times, schedule, after); due !== null; due = dueAfter(times, schedule, due.time)) {
    list.push(due);
    if (list.length >= count) break;
  }
  return list;
}

/**
 * What a schedule whose next moment was `due` has to do now. `due` moves on only in the transaction that does it, so that it
 * is done once; a clock that was put back finds nothing due until it is there again.
 */
export function planDue(schedule: Schedule, due: number, now: number): DuePlan {
  const times = readCron(schedule.spec.cron, schedule.spec.zone);
  if (due > now) return { fire: [], missed: { times: 0, more: false }, due };
  const first = timeOf(times, schedule, due);
  const passed = passedTimes(times, schedule, { first, now });
  const missed = passed.list.filter(({ moment }) => now - moment >= GRACE_MS).map(({ time }) => time);
  const fresh = passed.list.filter(({ moment }) => now - moment < GRACE_MS).map(({ time }) => time);
  const last = passed.list.at(-1)?.time ?? first;
  return {
    fire: [...caughtUp(schedule.spec.catch_up, missed, fresh), ...fresh].slice(-MOST_AT_ONCE),
    missed: { times: missed.length, more: passed.more },
    due: dueAfter(times, schedule, last)?.moment ?? null,
  };
}

function caughtUp(policy: ScheduleSpec['catch_up'], missed: number[], fresh: number[]): number[] {
  if (policy === 'all') return missed;
  // One run makes up for all; a run that is due anyway does that as well.
  return policy === 'one' && fresh.length === 0 ? missed.slice(-1) : [];
}

/** Times from `first` on whose moment has come; the newest ones when there are very many. */
function passedTimes(
  times: Times,
  schedule: Schedule,
  { first, now }: { first: number; now: number },
): { list: DueTime[]; more: boolean } {
  // From now further and further back, so that a year of minutes is not walked through.
  for (let window = HOUR_MS; ; window *= 2) {
    const from = Math.max(first - 1, now - window);
    const found = timesBetween(times, from, now, Number.POSITIVE_INFINITY);
    const more = from >= first;
    if (more && found.length < MOST_COUNTED) continue;
    const list = found
      .map((time) => ({ time, moment: momentOf(times, schedule, time) }))
      .filter(({ moment }) => moment <= now);
    return { list, more };
  }
}

function dueAfter(times: Times, schedule: Schedule, after: number): DueTime | null {
  const time = times.next(after);
  return time === null ? null : { time, moment: momentOf(times, schedule, time) };
}

/**
 * With jitter: later by an amount that follows from the schedule and the time alone, so that all servers agree. Always before
 * the next time, so that the order stays.
 */
function momentOf(times: Times, { id, spec }: Schedule, time: number): number {
  if (spec.jitter === 0) return time;
  const next = times.next(time);
  const room = next === null ? spec.jitter : Math.min(spec.jitter, next - time - 1);
  const share = createHash('sha256').update(`${id}:${time}`).digest().readUInt32BE(0) / 2 ** 32;
  return time + Math.floor(share * room);
}

/** The time that a moment belongs to: the last one before it. The moment itself when the expression has no such time. */
function timeOf(times: Times, { spec }: Schedule, moment: number): number {
  for (let window = HOUR_MS; ; window *= 4) {
    const back = Math.min(window, spec.jitter);
    const time = timesBetween(times, moment - back - 1, moment, Number.POSITIVE_INFINITY).at(-1);
    if (time !== undefined || back === spec.jitter) return time ?? moment;
  }
}
