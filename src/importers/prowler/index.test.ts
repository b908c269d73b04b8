import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('checks that failed, at their resource', async () => {
  const { findings, skipped } = await read('report.ocsf.json');
  const at = { kind: 'resource', address: 'arn:aws:s3:::sample-reports' };
  expect(findings).toMatchObject([
    { rule: 's3_bucket_public_access', severity: 'high', at },
    { rule: 's3_bucket_default_encryption', severity: 'medium', at },
  ]);
  expect(skipped.map(({ reason }) => reason)).toEqual(['The check passed.']);
});
