import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('issues with their way; what people settled there is skipped', async () => {
  const { findings, skipped } = await read('issues.json');
  expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([
    ['javascript:S5334', 'critical'],
    ['javascript:S1481', 'low'],
    ['javascript:S2819', 'high'],
  ]);
  expect(findings[0]).toMatchObject({
    at: { kind: 'file', path: 'src/server.js', region: { startLine: 10, startColumn: 5 } },
    flow: [{ note: 'The user sends it here.' }, { note: 'The code is executed here.' }],
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['Marked as a false positive in SonarQube.']);
});

test('hotspots wait for a person, so their confidence is low', async () => {
  const { findings, skipped } = await read('hotspots.json');
  expect(findings.map(({ severity, confidence }) => [severity, confidence])).toEqual([
    ['high', 'low'],
    ['medium', 'low'],
  ]);
  expect(skipped).toHaveLength(1);
});

test('a page is told not to be the whole', async () => {
  const issues = [{ rule: 'a:b', component: 'p:src/a', message: 'm' }];
  const { problems } = await importReport(importer, {
    text: JSON.stringify({ paging: { pageIndex: 1, pageSize: 1, total: 250 }, issues }),
  });
  expect(problems.map(({ message }) => message)).toEqual([
    'The report holds 1 of 250: ask for the other pages and import them too.',
  ]);
});
