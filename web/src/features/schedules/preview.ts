import cronstrue from 'cronstrue';
import { SentinelError } from '../../../../src/lib/errors.ts';
import { readCron } from '../../../../src/workflows/triggers/cron.ts';

export interface Preview {
  /** "At 02:00, Monday through Friday" */
  sentence: string;
  next: number[];
  /** Changes of the clock within a year, and what they mean here. */
  changes: ClockChange[];
}

export interface ClockChange {
  time: number;
  /** Minutes by which the clocks go forward; below zero: back. */
  by: number;
  /** A time of the schedule does not exist on that day, or exists twice. */
  hits: 'skipped' | 'twice' | 'none';
  /** When it runs on that day. */
  runs: number | null;
}

const DAY = 86_400_000;

/** The same code as the server's says when a schedule is due. Throws in words what is wrong with the expression or the zone. */
export function previewOf(cron: string, zone: string, now: number): Preview {
  const times = readCron(cron, zone);
  const next: number[] = [];
  for (let time = times.next(now); time !== null && next.length < 5; time = times.next(time)) next.push(time);
  return {
    sentence: cronstrue.toString(cron.trim(), { use24HourTimeFormat: true, verbose: true }),
    next,
    changes: clockChanges(zone, now).map((change) => whatItMeans(change, { cron, zone, next: times.next })),
  };
}

export function problemOfPreview(error: unknown): { field: string; message: string } | null {
  if (!(error instanceof SentinelError)) return null;
  const [problem] = error.fields;
  return problem
    ? { field: problem.field, message: problem.message }
    : { field: 'cron', message: error.message };
}

function clockChanges(zone: string, from: number): { time: number; by: number }[] {
  const changes: { time: number; by: number }[] = [];
  for (let day = from; day < from + 370 * DAY; day += DAY) {
    const [before, after] = [offsetAt(zone, day), offsetAt(zone, day + DAY)];
    if (before === after) continue;
    let [low, high] = [day, day + DAY];
    while (high - low > 60_000) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(zone, middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ time: Math.round(high / 60_000) * 60_000, by: after - before });
  }
  return changes;
}

function whatItMeans(
  change: { time: number; by: number },
  { cron, zone, next }: { cron: string; zone: string; next: (moment: number) => number | null },
): ClockChange {
  const [minute = '', hour = ''] = cron.trim().split(/\s+/);
  // What goes through the day follows real time: the change means nothing to it.
  if (!/^\d+$/.test(hour) || !/^\d+$/.test(minute)) return { ...change, hits: 'none', runs: null };
  const local = Number(hour) * 60 + Number(minute);
  const size = Math.abs(change.by);
  const atChange = minutesAt(zone, change.time);
  // Forward: from `atChange - size` to `atChange` there is no time. Back: from `atChange` on, for `size`, there is twice.
  const start = change.by > 0 ? atChange - size : atChange;
  const runs = next(change.time - 12 * 3_600_000);
  const thatDay = runs !== null && dayAt(zone, runs) === dayAt(zone, change.time);
  const hit = local >= start && local < start + size && thatDay;
  return { ...change, hits: hit ? (change.by > 0 ? 'skipped' : 'twice') : 'none', runs: hit ? runs : null };
}

/** Minutes by which the zone is ahead of UTC. */
function offsetAt(zone: string, time: number): number {
  const at = partsAt(zone, time);
  return Math.round(
    (Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute) - Math.floor(time / 60_000) * 60_000) /
      60_000,
  );
}

function minutesAt(zone: string, time: number): number {
  const { hour, minute } = partsAt(zone, time);
  return hour * 60 + minute;
}

function dayAt(zone: string, time: number): string {
  const { year, month, day } = partsAt(zone, time);
  return `${year}-${month}-${day}`;
}

function partsAt(zone: string, time: number) {
  const parts = formatOf(zone).formatToParts(time);
  const number = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour') % 24,
    minute: number('minute'),
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(zone, made);
  return made;
}
