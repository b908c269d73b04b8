import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('`ignored: {}` is not ignored', async () => {
  const { findings } = await read('report.json');
  expect(findings.map(({ rule, severity, at }) => [rule, severity, at])).toEqual([
    ['36003', 'high', { kind: 'package', purl: 'pkg:pypi/flask@0.12.2' }],
    ['36004', 'high', { kind: 'package', purl: 'pkg:pypi/requests@2.19.1' }],
  ]);
});

test('what its policy ignores is skipped', async () => {
  const one = { vulnerability_id: '1', package_name: 'a', analyzed_version: '1', advisory: 'Text.' };
  const { findings, skipped } = await importReport(importer, {
    text: JSON.stringify({
      vulnerabilities: [{ ...one, ignored: { reason: 'x' } }],
      ignored_vulnerabilities: [one],
    }),
  });
  expect(findings).toEqual([]);
  expect(skipped).toHaveLength(2);
});
