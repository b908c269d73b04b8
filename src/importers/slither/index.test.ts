import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('a finding stands in its function, and what it reaches is related', async () => {
  const { findings, rules } = await read('report.json');
  expect(findings).toHaveLength(8);
  expect(findings.find(({ rule }) => rule === 'reentrancy-eth')).toMatchObject({
    severity: 'high',
    confidence: 'medium',
    at: {
      kind: 'contract',
      file: 'Bank.sol',
      function: 'withdraw()',
      region: { startLine: 16, endLine: 20 },
    },
    related: [
      { function: 'withdraw()', region: { startLine: 17 } },
      { function: 'withdraw()', region: { startLine: 19 } },
    ],
  });
  expect(rules.find(({ id }) => id === 'suicidal')?.text.why).not.toMatch(/#\d/);
});

test('a run that failed closes nothing', async () => {
  const text = JSON.stringify({ success: false, error: 'no compiler', results: {} });
  const { problems, covered } = await importReport(importer, { text });
  expect(problems).toHaveLength(1);
  expect(covered).toEqual([]);
});
