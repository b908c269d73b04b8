import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('instructions of a Dockerfile; only what was given was looked at', async () => {
  const { findings, rules, covered } = await read('report.json');
  expect(findings).toHaveLength(8);
  expect(findings[0]).toMatchObject({ rule: 'DL3007', severity: 'low', at: { path: 'Dockerfile' } });
  expect(rules[0]?.text.references).toEqual(['https://github.com/hadolint/hadolint/wiki/DL3007']);
  expect(covered).toEqual([]);
});
