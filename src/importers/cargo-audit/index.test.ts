import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('vulnerable crates by their vector, abandoned ones as low', async () => {
  const { findings } = await read('report.json');
  const found = findings.map(({ rule, severity, at }) => [rule, severity, 'purl' in at && at.purl]);
  expect(found).toEqual([
    ['RUSTSEC-2021-0003', 'critical', 'pkg:cargo/smallvec@1.6.0'],
    ['RUSTSEC-2020-0036', 'low', 'pkg:cargo/failure@0.1.8'],
    ['yanked', 'low', 'pkg:cargo/sample-crate@1.0.0'],
  ]);
});
