import { expect, test } from 'vitest';
import { totpStep } from './totp.ts';

/** RFC 6238, appendix B, SHA-1: the last six of its eight digits. */
const SECRET = new TextEncoder().encode('12345678901234567890');
const VECTORS: [number, string][] = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
];

test.each(VECTORS)('at %i s the code is %s', async (seconds, code) => {
  const step = Math.floor(seconds / 30);
  const check = (now: number, after = 0) => totpStep({ secret: SECRET, code, now: now * 1000, after });
  expect(await check(seconds)).toBe(step);
  expect([await check(seconds + 30), await check(seconds - 30)], 'one step to either side').toEqual([
    step,
    step,
  ]);
  expect(await check(seconds + 60), 'and no more').toBeUndefined();
  if (seconds > 60) expect(await check(seconds - 60)).toBeUndefined();
});

test('a step that was used is not taken again, nor one before it', async () => {
  const now = 1111111111;
  const step = Math.floor(now / 30);
  const check = (after: number) => totpStep({ secret: SECRET, code: '050471', now: now * 1000, after });
  expect(await check(step - 1)).toBe(step);
  expect(await check(step)).toBeUndefined();
  expect(await check(step + 1)).toBeUndefined();
  expect(await check(step + 1000), 'nor when the clock was set back').toBeUndefined();
});

test.each(['', '28708', '2870822', '28708a', '２８７０８２', ' 287082', '-87082', '287082\n'])(
  'what is no code is refused: %j',
  async (code) => {
    expect(await totpStep({ secret: SECRET, code, now: 59_000, after: 0 })).toBeUndefined();
  },
);
