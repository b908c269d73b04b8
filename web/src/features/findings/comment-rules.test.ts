import { expect, test } from 'vitest';
import { ruleAsking } from './comment-rules.ts';
import type { CommentRule } from './types.ts';

const rules: CommentRule[] = [
  { name: 'grave', line: 3, severities: ['critical'], statuses: ['false-positive'] },
  { name: 'all', line: 6, severities: null, statuses: ['risk-accepted'] },
];

test('a comment is asked for by what the decision makes of which finding', () => {
  const asking = (decision: Parameters<typeof ruleAsking>[0]['decision'], severity: 'critical' | 'low') =>
    ruleAsking({ decision, rules, severities: [severity] })?.name;
  expect(asking('false-positive', 'critical')).toBe('grave');
  expect(asking('false-positive', 'low')).toBeUndefined();
  expect(asking('accept', 'low')).toBe('all');
  expect(asking('confirm', 'critical')).toBeUndefined();
  expect(asking('assign', 'critical')).toBeUndefined();
});

test('of a query the server knows', () => {
  const preview = {
    total: 2,
    changes: 2,
    skipped: [],
    bySeverity: {},
    byStatus: {},
    decided: {},
    examples: [],
  };
  const asked = { decision: 'false-positive' as const, rules, severities: ['critical' as const] };
  expect(ruleAsking({ ...asked, preview: { ...preview, comments: null } })).toBeUndefined();
  const comments = { rules: [{ name: 'grave', line: 3, count: 1 }], byStatus: { open: 1 } };
  expect(ruleAsking({ ...asked, severities: [], preview: { ...preview, comments } })?.line).toBe(3);
});
