import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('lines and columns that are text become numbers', async () => {
  const { findings, covered } = await read('report.json');
  expect(findings).toHaveLength(10);
  expect(findings.find(({ rule }) => rule === 'G701')).toMatchObject({
    severity: 'high',
    at: { kind: 'file', region: { startLine: 18, startColumn: 23 } },
    evidence: expect.stringContaining('db.Query('),
  });
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'everything' }]);
});

test('what is suppressed is skipped, and a package that did not build closes nothing', async () => {
  const issue = {
    rule_id: 'G101',
    details: 'Potential hardcoded credentials',
    file: '/src/b.go',
    nosec: true,
  };
  const { findings, skipped, covered } = await importReport(importer, {
    text: JSON.stringify({
      'Golang errors': { '/src/a.go': [{ error: 'expected package' }] },
      Issues: [issue],
    }),
  });
  expect([findings, covered]).toEqual([[], []]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'The tool could not build or read this package.',
    'Suppressed in the code (#nosec).',
  ]);
});
