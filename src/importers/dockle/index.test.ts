import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('each alert is a finding of the image, whatever its tag', async () => {
  const { asset, findings } = await read('report.json');
  expect(asset).toBe('registry.example.org/shop:1.2');
  const at = { kind: 'resource', address: 'registry.example.org/shop' };
  expect(findings).toMatchObject([
    { rule: 'DKL-DI-0006', severity: 'medium', at },
    { rule: 'CIS-DI-0010', severity: 'high', at },
    { rule: 'CIS-DI-0006', severity: 'low', at },
  ]);
});
