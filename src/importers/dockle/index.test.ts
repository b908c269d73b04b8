import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('each alert is a finding of the image, whatever its tag', async () => {
  const { asset, findings } = await read('report.json');
  expect(asset).toBe('localhost:5000/team/shop:1.2');
  expect(findings).toHaveLength(11);
  const at = { kind: 'resource', address: 'localhost:5000/team/shop' };
  expect(findings.filter(({ rule }) => rule === 'DKL-LI-0002')).toMatchObject([
    { severity: 'high', at, message: 'duplicate UID 0 : username shop' },
    { severity: 'high', at, message: 'duplicate GroupID 0 : username shop' },
  ]);
  expect(findings.find(({ rule }) => rule === 'CIS-DI-0001')).toMatchObject({ severity: 'medium', at });
  expect(findings.find(({ rule }) => rule === 'CIS-DI-0008')).toMatchObject({ severity: 'low', at });
});

test('of a file of an image the report says no name; what was not checked is skipped', async () => {
  const details = [
    { code: 'DKL-DI-0001', title: 'Avoid sudo command', level: 'FATAL', alerts: ['a'] },
    { code: 'DKL-LI-0003', title: 'Only put necessary files', level: 'SKIP', alerts: [] },
  ];
  const { asset, findings, skipped } = await importReport(importer, { text: JSON.stringify({ details }) });
  expect(asset).toBeUndefined();
  expect(findings).toMatchObject([{ at: { kind: 'resource', address: 'image' } }]);
  expect(skipped).toHaveLength(1);
});
