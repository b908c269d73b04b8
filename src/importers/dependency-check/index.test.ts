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
  expect(found).toEqual([
    ['CVE-2018-3721', 'medium', 'pkg:npm/lodash@4.17.4'],
    ['CVE-2019-10744', 'critical', 'pkg:npm/lodash@4.17.4'],
    ['CVE-2019-0001', 'high', 'pkg:generic/old.jar'],
  ]);
  expect(json.skipped.map(({ reason }) => reason)).toEqual(['Suppressed in the tool.']);
});
