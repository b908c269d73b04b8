import { expect, test } from 'vitest';
import { statusBefore } from './status-at.ts';

test.each([
  ['status', { from: 'confirmed', to: 'open' }, 'confirmed'],
  ['fixed', { run: 'run_1', from: 'confirmed' }, 'confirmed'],
  ['fixed', {}, 'open'],
  ['reopened', { from: 'fixed' }, 'fixed'],
  ['merged', { into: 'fnd_1' }, 'open'],
  ['unmerged', { from: 'fnd_1', because: 'fixed' }, 'duplicate'],
  ['snooze', { woken: 'worse' }, null],
])('before %s %j', (kind, data, status) => {
  expect(statusBefore(kind, data)).toBe(status);
});
