import { expect, it } from 'vitest';
import * as model from '../../../../src/model/triage.ts';
import { ACCEPT_REASONS, FALSE_POSITIVE_REASONS } from './decisions.ts';

it('offers the reasons that the server takes', () => {
  expect(FALSE_POSITIVE_REASONS).toEqual(model.FALSE_POSITIVE_REASONS);
  expect(ACCEPT_REASONS).toEqual(model.ACCEPT_REASONS);
});
