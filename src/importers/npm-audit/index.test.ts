import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('one finding for each advisory of a package, named by its GHSA', async () => {
  const { findings, rules } = await read('report.json');
  expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([
    ['GHSA-fvqr-27wr-82fm', 'medium'],
    ['GHSA-jf85-cpcp-j695', 'critical'],
    ['GHSA-vh95-rmgr-6w4m', 'medium'],
  ]);
  expect(findings[0]).toMatchObject({
    at: { kind: 'package', purl: 'pkg:npm/lodash', manifest: 'package-lock.json' },
    evidence: 'node_modules/lodash',
  });
  expect(rules[1]?.text.cwe).toEqual([1321, 20]);
});

test('an answer that is an error is a problem and closes nothing', async () => {
  const { findings, problems, covered } = await importReport(importer, {
    text: JSON.stringify({ message: '405 Method Not Allowed', error: { summary: '', detail: '' } }),
  });
  expect([findings, covered]).toEqual([[], []]);
  expect(problems.length).toBeGreaterThan(0);
});

test('the older format, which pnpm still writes', async () => {
  const advisory = {
    module_name: 'lodash',
    title: 'Prototype pollution',
    severity: 'high',
    cves: ['CVE-2018-3721'],
    github_advisory_id: 'GHSA-fvqr-27wr-82fm',
    patched_versions: '>=4.17.5',
    findings: [{ version: '4.17.4', paths: ['.>lodash'] }],
  };
  const { findings } = await importReport(importer, {
    text: JSON.stringify({ advisories: { '577': advisory } }),
  });
  expect(findings).toMatchObject([
    {
      rule: 'GHSA-fvqr-27wr-82fm',
      at: { purl: 'pkg:npm/lodash@4.17.4' },
      message: 'lodash 4.17.4: Prototype pollution. Fixed in >=4.17.5.',
    },
  ]);
});

test('a report without a fault covers its lock file, an error nothing', async () => {
  const read = (report: object) => importReport(importer, { text: JSON.stringify(report) });
  const { covered } = await read({ auditReportVersion: 2, vulnerabilities: {} });
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'packages', path: 'package-lock.json' }]);
  expect(
    (await read({ auditReportVersion: 2, vulnerabilities: {}, error: { code: 'ENOLOCK' } })).covered,
  ).toEqual([]);
});
