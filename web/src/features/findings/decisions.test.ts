import { expect, it } from 'vitest';
import * as model from '../../../../src/model/triage.ts';
import { ACCEPT_REASONS, FALSE_POSITIVE_REASONS, lastReason, rememberReason } from './decisions.ts';

it('offers the reasons that the server takes', () => {
  expect(FALSE_POSITIVE_REASONS).toEqual(model.FALSE_POSITIVE_REASONS);
  expect(ACCEPT_REASONS).toEqual(model.ACCEPT_REASONS);
});

it('begins with the reason that was given last', () => {
  expect(lastReason('accept', ACCEPT_REASONS)).toBe('mitigated');
  rememberReason('accept', 'no-fix');
  expect(lastReason('accept', ACCEPT_REASONS)).toBe('no-fix');
  expect(lastReason('false-positive', FALSE_POSITIVE_REASONS)).toBe('sanitised');
});
