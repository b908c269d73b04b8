import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('both of its formats say the same', async () => {
  const [older, newer] = await Promise.all([read('list.json'), read('report.json')]);
  expect(newer.findings).toEqual(older.findings);
  expect(older.findings[0]).toMatchObject({
    rule: 'SC2164',
    severity: 'low',
    at: { path: 'shell/backup.sh', region: { startLine: 2, startColumn: 1 } },
  });
});
