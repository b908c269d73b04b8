import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('rules about security weigh more; a file that cannot be parsed is not covered', async () => {
  const { findings, skipped, covered } = await read('report.json');
  expect(Object.fromEntries(findings.map(({ rule, severity }) => [rule, severity]))).toMatchObject({
    'no-eval': 'high',
    'security/detect-child-process': 'medium',
    'no-unused-vars': 'info',
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['The tool could not parse this file.']);
  // Paths are relative to where its configuration stands.
  expect(covered.map(({ at }) => (at.kind === 'file' ? at.path : at))).toEqual([
    'eslint.config.mjs',
    'server.js',
  ]);
});

test('a bad message in a file leaves the others', async () => {
  const messages = [{ message: 3 }, { ruleId: 'no-eval', severity: 2, message: 'No.', line: 1, column: 1 }];
  const { findings, problems } = await importReport(importer, {
    text: JSON.stringify([{ filePath: '/github/workspace/a.js', messages }]),
  });
  expect(findings.map(({ at }) => at)).toMatchObject([{ path: 'a.js' }]);
  expect(problems.map(({ at }) => at)).toEqual(['0.messages.0']);
});
