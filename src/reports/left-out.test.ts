import { expect, test } from 'vitest';
import { leftOutWords } from './left-out.ts';

test('what a redacted report leaves out is said in words, with how many findings, and nothing that was not there', () => {
  const none = { messages: 0, places: 0, assignees: 0, labels: 0, comments: 0 };
  expect(leftOutWords({ ...none, findings: 1200, code: 1200, evidence: 1 })).toEqual([
    'the code of all 1,200 findings',
    'the evidence of 1 finding',
  ]);
  expect(leftOutWords({ ...none, findings: 0, code: 0, evidence: 0 })).toEqual([]);
});
