import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatDuration, LONGEST_DURATION, parseDuration } from './duration.ts';
import { SentinelError } from './errors.ts';

it.each([
  ['1h30m', 5_400_000],
  ['90s', 90_000],
  ['500ms', 500],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['1.5h', 5_400_000],
  ['1h0m1s', 3_601_000],
  [' 5m ', 300_000],
  ['90', 90_000],
  [90, 90_000],
  [0.25, 250],
  [0, 0],
  ['0s', 0],
])('reads %j', (input, expected) => {
  expect(parseDuration(input)).toBe(expected);
});

it.each([
  '',
  ' ',
  'm',
  '5x',
  '-5s',
  '5s5s',
  '5s1m',
  '1m 5s',
  '1e3s',
  '1.s',
  '.5s',
  'P1D',
  '5S',
  Number.NaN,
  -1,
  1e18,
  '99999d',
])('refuses %j', (input) => {
  expect(() => parseDuration(input)).toThrow(SentinelError);
  expect(() => parseDuration(input)).toThrow('Write 90s, 5m, 1h30m, 2d or 500ms.');
});

it('reads what it prints as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LONGEST_DURATION }), (milliseconds) => {
      expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
    }),
  );
  expect(formatDuration(5_400_000)).toBe('1h30m');
  expect(formatDuration(0)).toBe('0s');
  expect(formatDuration(86_400_500)).toBe('1d500ms');
});
