import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('an advisory under all its names; what is ignored is skipped', async () => {
  const { asset, findings, rules, skipped } = await read('report.json');
  expect(asset).toBe('/home/ada/shop');
  expect(findings[0]).toMatchObject({
    rule: 'GHSA-fvqr-27wr-82fm',
    severity: 'medium',
    at: { kind: 'package', purl: 'pkg:npm/lodash@4.17.4', manifest: 'js/package-lock.json' },
    message: expect.stringMatching(/^lodash 4\.17\.4: Our words.*\. Fixed in 4\.17\.5\.$/),
  });
  expect(findings[0]?.about?.map(({ value }) => value)).toEqual([
    'GHSA-fvqr-27wr-82fm',
    'CVE-2018-3721',
    'pkg:npm/lodash@4.17.4',
    '1321',
  ]);
  expect(rules[0]?.text.cwe).toEqual([1321]);
  expect(skipped).toHaveLength(1);
});

test('no severity is told, no repair is told; what one database does not know another may', async () => {
  const { findings, rules } = await read('report.json');
  const of = (id: string) => findings.find(({ rule }) => rule === id);
  expect(of('GHSA-0000-0000-0001')?.message).toContain('No fixed version is known.');
  expect(rules.find(({ id }) => id === 'GHSA-xvch-5gv4-984h')?.text.tags).toEqual(['severity-not-given']);
  const match = {
    vulnerability: { id: 'GHSA-1', severity: 'Unknown' },
    relatedVulnerabilities: [{ id: 'CVE-2018-3721', severity: 'High' }],
    artifact: { name: 'lodash', version: '1', type: 'npm' },
  };
  const text = JSON.stringify({ matches: [match], descriptor: { configuration: { 'only-fixed': true } } });
  const part = await importReport(importer, { text });
  expect(part.findings[0]?.severity).toBe('high');
  expect(part.covered).toEqual([]);
});

test('a folder that was named is a part of the paths, and all that is covered', async () => {
  const { findings, covered } = await read('folder.json');
  const manifests = new Set(findings.map(({ at }) => 'manifest' in at && at.manifest));
  expect([...manifests]).toEqual(['js/package-lock.json']);
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'packages', path: 'js' }]);
});
