import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

test('issues at their function, under the number of the weakness', async () => {
  const { findings, covered } = await importReport(importer, {
    file: join(import.meta.dirname, 'fixtures', 'report.json'),
  });
  expect(findings[0]).toMatchObject({
    rule: 'SWC-107/External Call To User-Supplied Address',
    severity: 'low',
    at: { kind: 'contract', file: 'Bank.sol', function: 'withdraw()', region: { startLine: 17 } },
  });
  // One contract was looked at, not all of them.
  expect(covered).toEqual([]);
});

test('the format of its service has no lines', async () => {
  const issue = {
    swcID: 'SWC-115',
    swcTitle: 'Authorization through tx.origin',
    severity: 'Low',
    description: { head: 'Use of tx.origin.', tail: 'It may be called by another contract.' },
    locations: [{ sourceMap: '472:149:0' }],
  };
  const { findings } = await importReport(importer, {
    text: JSON.stringify([
      { issues: [issue], sourceType: 'solidity-file', sourceList: ['Bank.sol'], meta: {} },
    ]),
  });
  expect(findings).toMatchObject([
    { rule: 'SWC-115/Authorization through tx.origin', at: { kind: 'contract', file: 'Bank.sol' } },
  ]);
});

test('an analysis that failed is a problem', async () => {
  const { problems } = await importReport(importer, {
    text: JSON.stringify({ success: false, error: 'no compiler', issues: [] }),
  });
  expect(problems).toHaveLength(1);
});
