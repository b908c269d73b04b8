import { expect, it } from 'vitest';
import { FINDING_STATUSES } from '../../model/finding.ts';
import { TriageChange } from '../../model/triage.ts';
import { checkChange, MAY_BECOME } from './status-rules.ts';

const NOW = Date.parse('2026-06-15T12:00Z');
const DAY = 86_400_000;

it('has a line for every status, and nothing but scans makes a finding fixed', () => {
  expect(Object.keys(MAY_BECOME).sort()).toEqual([...FINDING_STATUSES].sort());
  expect(Object.values(MAY_BECOME).flat()).not.toContain('fixed');
  expect(MAY_BECOME.fixed).toEqual(['open']);
});

it.each<[string, object]>([
  ['The change is empty', {}],
  ['A reason goes with', { status: 'confirmed', reason: 'other' }],
  ['A false positive needs a reason', { status: 'false-positive' }],
  ['A false positive needs a reason', { status: 'false-positive', reason: 'mitigated' }],
  ['needs a comment', { status: 'false-positive', reason: 'other' }],
  ['An accepted risk needs a reason', { status: 'risk-accepted', expires: NOW + DAY }],
  ['An accepted risk needs an end', { status: 'risk-accepted', reason: 'no-fix' }],
  ['lies in the future', { status: 'risk-accepted', reason: 'no-fix', expires: NOW }],
  ['for 30 days at most', { status: 'risk-accepted', reason: 'no-fix', expires: NOW + 31 * DAY }],
  ['Only an accepted risk has an end', { status: 'open', expires: NOW + DAY }],
  ['A duplicate needs', { status: 'duplicate' }],
  ['Only a duplicate', { duplicateOf: 'fnd_1' }],
  ['A snooze ends in the future', { snooze: { until: NOW - 1 } }],
  ['A snooze needs an end', { snooze: { until: null, orWorse: false } }],
  ['Only open findings', { status: 'false-positive', reason: 'unreachable', snooze: { until: NOW + DAY } }],
  ["'a' is added and removed", { addLabels: ['a'], removeLabels: ['a'] }],
])('says what is wrong: %s', (message, change) => {
  expect(() => checkChange(TriageChange.parse(change), NOW, 30)).toThrow(message);
});

it.each<object>([
  { status: 'confirmed' },
  { status: 'false-positive', reason: 'other', comment: 'Seen by two of us.' },
  { status: 'risk-accepted', reason: 'planned', expires: NOW + 30 * DAY },
  { status: 'duplicate', duplicateOf: 'fnd_1' },
  { snooze: null },
  { snooze: { until: null } },
  { assignee: null, addLabels: ['a'], severity: null },
])('takes %j', (change) => {
  expect(() => checkChange(TriageChange.parse(change), NOW, 30)).not.toThrow();
});
