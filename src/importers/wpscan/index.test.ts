import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('vulnerabilities of the core, of themes and plug-ins, and what the site tells about itself', async () => {
  const { findings, rules, covered } = await read('report.json');
  expect(findings.map(({ rule, key }) => [rule, key[0]])).toEqual([
    ['headers', ''],
    ['robots_txt', ''],
    ['outdated', 'WordPress'],
    ['9169', 'WordPress'],
    ['outdated', 'theme sample-theme'],
    ['outdated', 'plug-in sample-form'],
    ['10114', 'plug-in sample-form'],
    ['10200', 'plug-in sample-form'],
  ]);
  expect(findings[3]?.about).toEqual([{ kind: 'cve', value: 'CVE-2018-20147' }]);
  expect(rules.find(({ id }) => id === '10114')?.text.fix).toBe('Update to version 4.9 or a later one.');
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'origin', url: 'http://127.0.0.1:8931/' }]);
});

test('a scan that gave up covers nothing', async () => {
  const text = JSON.stringify({
    scan_aborted: 'The target is no WordPress.',
    target_url: 'http://127.0.0.1/',
  });
  const { problems, covered } = await importReport(importer, { text });
  expect(problems.map(({ message }) => message)).toEqual(['WPScan gave up: The target is no WordPress.']);
  expect(covered).toEqual([]);
});
