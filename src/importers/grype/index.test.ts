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
    at: { kind: 'package', purl: 'pkg:npm/lodash@4.17.4', manifest: 'package-lock.json' },
    message: 'lodash 4.17.4: Prototype pollution in lodash. Fixed in 4.17.5.',
  });
  expect(findings[0]?.about?.map(({ value }) => value)).toEqual([
    'GHSA-fvqr-27wr-82fm',
    'CVE-2018-3721',
    'pkg:npm/lodash@4.17.4',
    '471',
  ]);
  expect(rules[0]?.text.cwe).toEqual([471]);
  expect(skipped).toHaveLength(1);
});
