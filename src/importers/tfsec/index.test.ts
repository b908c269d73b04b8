import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('resources with their file; what is ignored in the code is skipped', async () => {
  const { findings, skipped, rules } = await read('report.json');
  expect(findings).toHaveLength(15);
  expect(findings.find(({ rule }) => rule === 'aws-rds-no-public-db-access')).toMatchObject({
    severity: 'critical',
    at: { kind: 'resource', address: 'aws_db_instance.shop', region: { startLine: 38 } },
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['Ignored in the code (tfsec:ignore).']);
  expect(rules.every(({ text }) => text.tags?.[0]?.startsWith('AVD-'))).toBe(true);
});
