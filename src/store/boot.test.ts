import { expect, it } from 'vitest';
import { bootMark, sameBoot } from './boot.ts';

it('tells the present boot from another one', () => {
  expect(sameBoot(bootMark(), bootMark())).toBe(true);
  expect(sameBoot(bootMark(), 'c5f5c5a0-7c1e-4ed4-8a2e-1f6d5c3b2a10')).toBe(false);
});

it('bears with a clock that was set a little where a boot is known only by its time', () => {
  expect(sameBoot('up:1764000000000', 'up:1764000002000')).toBe(true);
  expect(sameBoot('up:1764000000000', 'up:1764000095000')).toBe(false);
  expect(sameBoot('up:1764000000000', bootMark())).toBe(false);
});
