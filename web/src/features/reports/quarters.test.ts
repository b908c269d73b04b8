import { expect, test } from 'vitest';
import { quarters } from './quarters.ts';

test('the quarter that goes on comes first, then those before it, also over the turn of a year', () => {
  const [current, first, second] = quarters(Date.parse('2027-02-10'));
  expect(current).toEqual({ name: '2027 Q1', from: '2027-01-01', until: '2027-03-31' });
  expect(first).toEqual({ name: '2026 Q4', from: '2026-10-01', until: '2026-12-31' });
  expect(second).toEqual({ name: '2026 Q3', from: '2026-07-01', until: '2026-09-30' });
  expect(quarters(Date.parse('2024-03-31T23:59Z')).at(0)).toEqual({
    name: '2024 Q1',
    from: '2024-01-01',
    until: '2024-03-31',
  });
});
