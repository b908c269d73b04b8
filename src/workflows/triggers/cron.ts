import { Cron } from 'croner';
import { SentinelError } from '../../lib/errors.ts';

const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];
const MOST_TEXT = 200;
/** An hour field that is one of these means "through the day"; anything else names hours. */
const THROUGH_THE_DAY = /^\*(\/\d+)?$/;

export interface Times {
  /** The first time after `moment`, or null when there is none any more. */
  next(moment: number): number | null;
}

/**
 * The times of a cron expression (minute, hour, day of month, month, day of week) in a time zone, in milliseconds.
 *
 * When the clocks change, what counts is whether the expression names hours. `30 2 * * *` does: a time that does not exist
 * happens once, at the first moment after the gap, and a time that exists twice happens once, the first time. `0,30 * * * *`
 * and every second hour go through the day: they follow real time, so that an hour that exists twice has its runs twice.
 *
 * Throws `invalid-parameter` about the field `cron` or `zone`.
 */
export function readCron(cron: string, zone: string): Times {
  checkZone(zone);
  const text = cron.trim();
  const parts = text.split(/\s+/);
  // The library would also take a date, seconds, years, and `?` for the moment at which it reads.
  if (text.length > MOST_TEXT || !(parts.length === 5 || NICKNAMES.includes(text.toLowerCase())))
    throw wrongCron(cron, 'expects five fields: minute, hour, day of month, month, day of week');
  if (text.includes('?')) throw wrongCron(cron, 'has a `?`: write `*`');
  let job: Cron;
  try {
    job = new Cron(spelledOut(text), {
      timezone: zone,
      mode: '5-part',
      paused: true,
      fixedTimeRule: 'no-wildcard',
    });
  } catch {
    throw wrongCron(cron, 'is no cron expression');
  }
  const times = { next: (moment: number) => job.nextRun(new Date(moment))?.getTime() ?? null };
  if (times.next(Date.UTC(2024, 0)) === null) throw wrongCron(cron, 'never happens');
  return times;
}

/** All times after `after` and up to `upTo`, at most `most`. */
export function timesBetween(times: Times, after: number, upTo: number, most: number): number[] {
  const list: number[] = [];
  for (let time = times.next(after); time !== null && time <= upTo; time = times.next(time)) {
    list.push(time);
    if (list.length === most) break;
  }
  return list;
}

/**
 * An expression that names hours has its steps written as lists: the library takes a step for something that goes through the
 * day, also when the hour is named.
 */
function spelledOut(text: string): string {
  const [minute, hour, ...days] = text.split(/\s+/);
  if (
    minute === undefined ||
    hour === undefined ||
    hour.split(',').some((part) => THROUGH_THE_DAY.test(part))
  )
    return text;
  return [asList(minute, 60), asList(hour, 24), ...days].join(' ');
}

function asList(field: string, size: number): string {
  return field
    .split(',')
    .map((part) => {
      const [, from, to, step] = /^(?:\*|(\d+)-(\d+))(?:\/(\d+))?$/.exec(part) ?? [];
      if (!/^\*|-/.test(part) || (from === undefined && !part.startsWith('*'))) return part;
      const [first, last, by] = [Number(from ?? 0), Number(to ?? size - 1), Number(step ?? 1)];
      if (by === 0 || by > size || first > last || last >= size) return part;
      return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, n) => first + n * by).join(',');
    })
    .join(',');
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new SentinelError('invalid-parameter', `zone: '${zone.slice(0, 60)}' is no time zone.`, {
      fields: [{ field: 'zone', message: 'expects the name of a time zone', example: 'Europe/Berlin' }],
    });
  }
}

function wrongCron(cron: string, message: string): SentinelError {
  return new SentinelError('invalid-parameter', `cron: '${cron.slice(0, 60)}' ${message}.`, {
    fields: [{ field: 'cron', message, example: '0 2 * * *' }],
  });
}
