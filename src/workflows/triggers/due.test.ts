import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CATCH_UP } from '../../model/workflow.ts';
import { GRACE_MS, MOST_AT_ONCE, nextDue, nextDues, planDue, type Schedule } from './due.ts';

const at = (text: string) => Date.parse(`2026-${text}Z`);
const iso = (time: number) => new Date(time).toISOString().slice(5, 16);

function schedule(cron: string, catch_up: (typeof CATCH_UP)[number] = 'one', jitter = 0): Schedule {
  return { id: 'sch_1', spec: { cron, zone: 'UTC', jitter, catch_up } };
}

test('a time is done when it comes, and the next one is due', () => {
  const plan = planDue(schedule('0 2 * * *'), at('01-05T02:00'), at('01-05T02:00:30'));
  expect(plan.fire.map(iso)).toEqual(['01-05T02:00']);
  expect(plan.missed.times).toBe(0);
  expect(iso(plan.due ?? 0)).toBe('01-06T02:00');
});

test('a clock that was put back finds nothing due', () => {
  const plan = planDue(schedule('0 2 * * *'), at('01-06T02:00'), at('01-05T01:00'));
  expect(plan).toEqual({ fire: [], missed: { times: 0, more: false }, due: at('01-06T02:00') });
});

describe('times that nobody was there for', () => {
  const now = at('01-08T12:00');
  const due = at('01-05T02:00');

  test('none', () => {
    const plan = planDue(schedule('0 2 * * *', 'none'), due, now);
    expect([plan.fire, plan.missed.times, iso(plan.due ?? 0)]).toEqual([[], 4, '01-09T02:00']);
  });

  test('one, for the last of them', () => {
    const plan = planDue(schedule('0 2 * * *', 'one'), due, now);
    expect([plan.fire.map(iso), plan.missed.times]).toEqual([['01-08T02:00'], 4]);
  });

  test('one, and what is due now is that one', () => {
    const plan = planDue(schedule('0 2 * * *', 'one'), due, at('01-08T02:00:10'));
    expect([plan.fire.map(iso), plan.missed.times]).toEqual([['01-08T02:00'], 3]);
  });

  test('all', () => {
    const plan = planDue(schedule('0 2 * * *', 'all'), due, now);
    expect(plan.fire.map(iso)).toEqual(['01-05T02:00', '01-06T02:00', '01-07T02:00', '01-08T02:00']);
  });

  test('all, with a bound; the newest ones, and how many there were at least', () => {
    const started = performance.now();
    const plan = planDue(schedule('* * * * *', 'all'), at('01-01T00:00'), at('12-31T00:00'));
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(plan.fire).toHaveLength(MOST_AT_ONCE);
    expect(iso(plan.fire.at(-1) ?? 0)).toBe('12-31T00:00');
    expect(plan.missed.more).toBe(true);
    expect(plan.missed.times).toBeGreaterThan(MOST_AT_ONCE);
  });
});

test('jitter follows from schedule and time, stays before the next time, and leads back to it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('* * * * *', '*/7 * * * *', '0 2 * * *', '30 1,2 * * 0'),
      fc.integer({ min: 0, max: 86_400_000 }),
      fc.integer({ min: at('01-01T00:00'), max: at('12-01T00:00') }),
      (cron, jitter, after) => {
        const one = schedule(cron, 'all', jitter);
        const [first, second] = nextDues(one, after, 2);
        if (!first || !second) throw new Error('there are always two');
        expect(nextDue(one, after)).toEqual(first);
        expect(first.moment - first.time).toBeGreaterThanOrEqual(0);
        expect(first.moment - first.time).toBeLessThanOrEqual(jitter);
        expect(first.moment).toBeLessThan(second.time);
        const plan = planDue(one, first.moment, first.moment);
        expect(plan).toEqual({ fire: [first.time], missed: { times: 0, more: false }, due: second.moment });
      },
    ),
    { numRuns: 60 },
  );
});

test('different schedules spread over the time', () => {
  const moments = Array.from(
    { length: 200 },
    (_, n) =>
      nextDue({ ...schedule('0 2 * * *', 'one', 3_600_000), id: `sch_${n}` }, at('01-01T03:00'))?.moment ?? 0,
  );
  const minutes = new Set(moments.map((moment) => Math.floor(moment / 60_000)));
  expect(minutes.size).toBeGreaterThan(40);
});

test('however often and late it looks, with `all` each time is done exactly once and in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 * GRACE_MS }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 600_000 }),
      (steps, jitter) => {
        const one = schedule('*/2 * * * *', 'all', jitter);
        let now = at('03-01T00:00');
        const first = nextDue(one, now);
        let due = first?.moment ?? null;
        const done: number[] = [];
        for (const step of steps) {
          now += step;
          if (due === null) break;
          const plan = planDue(one, due, now);
          done.push(...plan.fire);
          due = plan.due;
        }
        const expected = nextDues(one, at('03-01T00:00'), 60).filter(({ moment }) => moment <= now);
        expect(done).toEqual(expected.map(({ time }) => time));
      },
    ),
    { numRuns: 60 },
  );
});
