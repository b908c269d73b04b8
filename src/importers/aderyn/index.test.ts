import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('each place of an issue is a finding', async () => {
  const { findings } = await read('report.json');
  const lines = findings.map(({ rule, severity, at }) => [
    rule,
    severity,
    'region' in at && at.region?.startLine,
  ]);
  expect(lines).toEqual([
    ['reentrancy-state-change', 'high', 17],
    ['tx-origin-used-for-auth', 'high', 23],
    ['unspecific-solidity-pragma', 'low', 2],
    ['unspecific-solidity-pragma', 'low', 3],
  ]);
});
