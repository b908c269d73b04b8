import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCron, timesBetween } from './cron.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function list(cron: string, zone: string, from: string, count: number): string[] {
  const times = readCron(cron, zone);
  return timesBetween(times, Date.parse(from), Number.POSITIVE_INFINITY, count).map((time) =>
    new Date(time).toISOString().slice(0, 16),
  );
}

describe('when the clocks change', () => {
  test('a time that does not exist in spring happens once, at the first moment after the gap', () => {
    expect(list('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 3)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(list('30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', 2)).toEqual([
      '2026-03-08T07:00',
      '2026-03-09T06:30',
    ]);
    // Half an hour: from 2:00 to 2:30.
    expect(list('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', 2)).toEqual([
      '2026-10-03T15:30',
      '2026-10-04T15:15',
    ]);
    expect(list('*/10 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:00',
    ]);
  });

  test('a time that exists twice in autumn happens once', () => {
    expect(list('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(list('30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', 2)).toEqual([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
    expect(list('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', 2)).toEqual([
      '2026-04-04T14:45',
      '2026-04-05T15:15',
    ]);
    expect(list('*/30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-26T01:00',
    ]);
  });

  test('what goes through the day follows real time', () => {
    expect(list('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30Z', 4)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
      '2026-10-25T03:00',
    ]);
    expect(list('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30Z', 3)).toEqual([
      '2026-03-29T00:00',
      '2026-03-29T01:00',
      '2026-03-29T02:00',
    ]);
  });
});

test.each([
  ['* * * * * *', 'UTC', 'cron'],
  ['2026-01-01T00:00:00', 'UTC', 'cron'],
  ['? 2 * * *', 'UTC', 'cron'],
  ['0 0 31 2 *', 'UTC', 'cron'],
  ['61 * * * *', 'UTC', 'cron'],
  ['5-1 * * * *', 'UTC', 'cron'],
  ['*/0 2 * * *', 'UTC', 'cron'],
  ['@reboot', 'UTC', 'cron'],
  ['', 'UTC', 'cron'],
  [`${'1,'.repeat(200)}1 * * * *`, 'UTC', 'cron'],
  ['0 2 * * *', 'Mars/Olympus', 'zone'],
])('refuses %j in %s', (cron, zone, field) => {
  expect(() => readCron(cron, zone)).toThrow(
    expect.objectContaining({ code: 'invalid-parameter', fields: [expect.objectContaining({ field })] }),
  );
});

/** Local wall time of each minute, by asking the zone about it. */
function wall(zone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (moment) => {
    const part = Object.fromEntries(
      format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
  };
}

interface Fields {
  minutes: readonly number[];
  /** Null: any hour. */
  hours: readonly number[] | null;
  weekdays: readonly number[] | null;
}

/** Minute by minute, with the rules in words: the slowest way to say the same. */
function naive({ minutes, hours, weekdays }: Fields, zone: string, from: number, to: number): number[] {
  const local = wall(zone);
  const matches = (time: number) => {
    const date = new Date(time);
    return (
      minutes.includes(date.getUTCMinutes()) &&
      (hours === null || hours.includes(date.getUTCHours())) &&
      (weekdays === null || weekdays.includes(date.getUTCDay()))
    );
  };
  const found: number[] = [];
  let furthest = local(from - DAY / 4);
  for (let moment = from - DAY / 4 + MINUTE; moment <= to; moment += MINUTE) {
    const now = local(moment);
    let hit = matches(now);
    if (hours !== null) {
      if (now <= furthest) hit = false;
      for (let missing = furthest + MINUTE; missing < now; missing += MINUTE) hit ||= matches(missing);
    }
    furthest = Math.max(furthest, now);
    if (hit && moment > from) found.push(moment);
  }
  return found;
}

const ZONES = {
  'Europe/Berlin': ['2026-03-29', '2026-10-25', '2027-03-28'],
  'America/New_York': ['2026-03-08', '2026-11-01'],
  'Australia/Lord_Howe': ['2026-04-04', '2026-10-03'],
  'America/Sao_Paulo': ['2018-11-04', '2019-02-16'],
  'Asia/Kathmandu': ['2026-06-01'],
  'Africa/Casablanca': ['2026-02-15', '2026-03-22'],
} as const;

test('the same as a walk minute by minute, around the changes of several zones', () => {
  const subset = (top: number, most: number) =>
    fc.uniqueArray(fc.integer({ min: 0, max: top }), { minLength: 1, maxLength: most });
  const places = Object.entries(ZONES).flatMap(([zone, days]) => days.map((day) => ({ zone, day })));
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      subset(59, 3),
      // Around the hours in which clocks change, so that it happens often.
      fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 })),
      fc.option(subset(6, 4)),
      ({ zone, day }, minutes, hours, weekdays) => {
        const cron = [minutes.join(','), hours?.join(',') ?? '*', '*', '*', weekdays?.join(',') ?? '*'].join(
          ' ',
        );
        const from = Date.parse(`${day}T00:00Z`) - DAY;
        const to = from + 3 * DAY;
        const expected = naive({ minutes, hours, weekdays }, zone, from, to);
        expect(timesBetween(readCron(cron, zone), from, to, 10_000), `${cron} ${zone} ${day}`).toEqual(
          expected,
        );
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
