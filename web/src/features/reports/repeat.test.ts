import { expect, test } from 'vitest';
import { cronOfRepeat, documentOf, freeName, type RepeatDraft } from './repeat.ts';

const draft: RepeatDraft = { repeat: 'day', time: '03:05', weekday: 1, dayOfMonth: 31, zone: 'UTC' };

test('how often becomes an expression', () => {
  expect(cronOfRepeat(draft)).toBe('5 3 * * *');
  expect(cronOfRepeat({ ...draft, repeat: 'week' })).toBe('5 3 * * 1');
  expect(cronOfRepeat({ ...draft, repeat: 'month' })).toBe('5 3 31 * *');
});

test('the workflow is named after the report, and after no other workflow', () => {
  expect(freeName({ title: 'Überblick: Q3 / "shop"' }, new Set())).toBe('u-berblick-q3-shop');
  expect(freeName({ template: 'delta' }, new Set(['delta-report', 'delta-report-2']))).toBe('delta-report-3');
  expect(freeName({ title: '報告' }, new Set())).toBe('report');
  expect(freeName({ title: 'a'.repeat(200) }, new Set())).toMatch(/^a{50}$/);
});

test('everything of the form is in the step, and the filter is an input', () => {
  const { inputs, steps } = documentOf('x', {
    q: 'severity:high',
    template: 'delta',
    formats: ['csv'],
    keepDays: 7,
  });
  expect(inputs).toMatchObject({ query: { default: 'severity:high' } });
  expect(steps).toMatchObject([
    {
      operation: 'reports.generate',
      params: { q: '${{ inputs.query }}', template: 'delta', formats: ['csv'], keepDays: 7 },
    },
  ]);
});
