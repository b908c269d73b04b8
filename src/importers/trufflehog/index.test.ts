import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('a secret that the service accepted is critical; lines of its log are passed over', async () => {
  const { findings, problems } = await read('git.jsonl');
  expect(problems).toEqual([]);
  expect(findings.map(({ rule, severity, confidence }) => [rule, severity, confidence])).toEqual([
    ['Github', 'critical', 'high'],
    ['AWS', 'medium', 'medium'],
    ['SlackWebhook', 'medium', 'medium'],
  ]);
  expect(findings[1]?.secrets).toHaveLength(2);
  expect(findings[0]?.at).toMatchObject({ kind: 'file', path: 'settings.py', region: { startLine: 1 } });
});
