import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('jobs run in order, and between turns others get theirs', async () => {
  const inTurn = createTurns(5);
  const seen: (number | string)[] = [];
  const busy = () => {
    const end = performance.now() + 3;
    while (performance.now() < end);
  };
  const jobs = Array.from({ length: 12 }, (_, index) =>
    inTurn(async () => {
      seen.push(index);
      busy();
      return index;
    }),
  );
  const timer = setTimeout(() => seen.push('timer'), 1);
  expect(await Promise.all(jobs)).toEqual(Array.from({ length: 12 }, (_, index) => index));
  clearTimeout(timer);
  expect(seen.filter((one) => one !== 'timer')).toEqual(Array.from({ length: 12 }, (_, index) => index));
  expect(seen.indexOf('timer')).toBeGreaterThan(-1);
  expect(seen.indexOf('timer')).toBeLessThan(6);
});

test('a job that fails fails for who gave it only', async () => {
  const inTurn = createTurns();
  const bad = inTurn(() => {
    throw new Error('bad');
  });
  const good = inTurn(async () => 'good');
  await expect(bad).rejects.toThrow('bad');
  expect(await good).toBe('good');
});
