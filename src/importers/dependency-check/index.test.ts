import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('JSON and XML say the same', async () => {
  const [json, xml] = await Promise.all([read('report.json'), read('report.xml')]);
  expect(xml.findings).toEqual(json.findings);
  expect(xml.asset).toBe('sample-shop');
  const found = json.findings.map(({ rule, severity, at }) => [rule, severity, 'purl' in at && at.purl]);
  const collections = 'pkg:maven/commons-collections/commons-collections@3.2.1';
  expect(found).toEqual([
    ['CVE-2015-7501', 'critical', collections],
    ['CVE-2015-6420', 'high', collections],
    ['CVE-2099-0001', 'medium', collections],
    ['CVE-2018-3721', 'medium', 'pkg:npm/lodash@4.17.4'],
  ]);
  expect(json.findings.map(({ at }) => 'manifest' in at && at.manifest?.split('/').at(-1))).toEqual([
    ...Array.from({ length: 3 }, () => 'commons-collections-3.2.1.jar'),
    'package-lock.json',
  ]);
  expect(json.skipped.map(({ reason }) => reason)).toEqual(['Suppressed in the tool.']);
});

test('the version with the repair, what is known to be exploited, and what nobody has given a score', async () => {
  const { findings, rules } = await read('report.json');
  expect(
    findings.map(({ message }) => /Fixed in [^ ]+\.|No fixed version is known\./.exec(message ?? '')?.[0]),
  ).toEqual(['Fixed in 3.2.2.', 'Fixed in 3.2.2.', 'No fixed version is known.', 'Fixed in 4.17.5.']);
  const tags = Object.fromEntries(rules.map(({ id, text }) => [id, text.tags]));
  expect(tags).toMatchObject({
    'CVE-2015-7501': ['known-exploited'],
    'CVE-2099-0001': ['severity-not-given'],
  });
  expect(tags['CVE-2015-6420']).toBeUndefined();
  expect(rules.find(({ id }) => id === 'CVE-2018-3721')?.text.cwe).toEqual([1321, 471]);
});

test('a library of which the tool knows no package is named by its file', async () => {
  const dependency = {
    fileName: 'old.jar',
    filePath: '/builds/team/shop/lib/old.jar',
    vulnerabilities: [{ name: 'CVE-2019-0001', cvssv2: { score: 7.5 } }],
  };
  const report = { reportSchema: '1.1', scanInfo: { engineVersion: '9.2.0' }, dependencies: [dependency] };
  const { findings } = await importReport(importer, { text: JSON.stringify(report) });
  expect(findings).toMatchObject([
    { severity: 'high', at: { purl: 'pkg:generic/old.jar', manifest: 'lib/old.jar' } },
  ]);
});
