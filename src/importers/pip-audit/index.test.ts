import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('advisories with their other names; the missing severity is told', async () => {
  const { findings, rules, covered } = await read('report.json');
  expect(findings.map(({ rule, about }) => [rule, about?.map(({ value }) => value)])).toEqual([
    ['PYSEC-2018-66', ['PYSEC-2018-66', 'CVE-2018-1000656', 'GHSA-562c-5r94-xh97', 'pkg:pypi/flask@0.12.2']],
    ['PYSEC-2018-28', ['PYSEC-2018-28', 'GHSA-x84v-xcm2-53pg', 'CVE-2018-18074', 'pkg:pypi/requests@2.19.1']],
  ]);
  expect(rules[0]?.text.tags).toEqual(['severity-not-given']);
  expect(covered).toHaveLength(1);
});

test('a package that was not looked up closes nothing; the bare list of version 1 is read too', async () => {
  const { findings, skipped, covered } = await importReport(importer, {
    text: JSON.stringify([
      { name: 'own', skip_reason: 'not on PyPI' },
      { name: 'a_b', version: '1', vulns: [{ id: 'PYSEC-1', fix_versions: [] }] },
    ]),
  });
  expect(findings).toMatchObject([{ at: { purl: 'pkg:pypi/a-b@1' } }]);
  expect(skipped).toHaveLength(1);
  expect(covered).toEqual([]);
});
