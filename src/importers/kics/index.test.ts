import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

test('each place of a query is a finding, with what is there and what should be', async () => {
  const { findings, rules } = await importReport(importer, {
    file: join(import.meta.dirname, 'fixtures', 'report.json'),
  });
  expect(findings).toHaveLength(9);
  const [first] = findings;
  expect(first).toMatchObject({
    severity: 'high',
    at: { kind: 'resource', file: 'docker/Dockerfile' },
    toolPrints: [{ name: 'similarity-id', value: expect.stringMatching(/^[0-9a-f]{64}$/) }],
  });
  expect(first?.message).toContain('expected: ');
  expect(rules.find(({ id }) => id === first?.rule)?.text.tags).toContain('Dockerfile');
});

test('a place of another shape is left out, the others are not', async () => {
  const query = {
    query_name: 'Open port',
    query_id: 'q-1',
    severity: 'TRACE',
    files: [{ line: 1 }, { file_name: '/path/main.tf', line: 2, resource_type: 'aws_x', resource_name: 'y' }],
  };
  const { findings, problems, covered } = await importReport(importer, {
    text: JSON.stringify({ queries: [query] }),
  });
  expect(findings).toMatchObject([{ at: { address: 'aws_x.y', file: 'main.tf' } }]);
  expect(problems.map(({ at }) => at)).toEqual(['queries.0.files.0']);
  expect(covered).toEqual([]);
});

test('a scan that failed for a file closes nothing', async () => {
  const text = (failed: number) =>
    JSON.stringify({ kics_version: '2', files_failed_to_scan: failed, queries: [] });
  expect((await importReport(importer, { text: text(1) })).covered).toEqual([]);
  expect((await importReport(importer, { text: text(0) })).covered).toHaveLength(1);
});
