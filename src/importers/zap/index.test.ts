import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('JSON and XML say the same; a false positive is skipped', async () => {
  const [json, xml] = await Promise.all([read('newer.json'), read('newer.xml')]);
  expect(xml.findings).toEqual(json.findings);
  expect(json.findings[0]).toMatchObject({
    rule: '40012',
    severity: 'high',
    confidence: 'medium',
    at: { kind: 'http', url: 'http://127.0.0.1:8931/search?q=a', method: 'GET', param: 'q' },
  });
  expect(json.rules[0]?.text).toMatchObject({
    cwe: [79],
    why: 'Cross Site Scripting (Reflected): what it is.\nAnd why it matters.',
    references: ['https://example.org/one', 'https://example.org/two'],
  });
  expect(json.skipped).toHaveLength(1);
  expect(json.covered.map(({ at }) => at)).toEqual([{ kind: 'origin', url: 'http://127.0.0.1:8931' }]);
});

test('what a tool of an older version leaves empty is a list in its JSON; alerts added by hand have no number', async () => {
  const [json, xml] = await Promise.all([read('report.json'), read('report.xml')]);
  expect(json.problems).toEqual([]);
  expect(xml.findings).toEqual(json.findings);
  expect(json.findings.map(({ rule, severity }) => [rule, severity])).toEqual([
    ['added:sql-injection', 'high'],
    ['added:cookie-without-the-httponly-flag', 'low'],
    ['added:server-tells-its-version', 'info'],
    ['added:server-tells-its-version', 'info'],
  ]);
  expect(json.rules[0]?.text).toMatchObject({
    title: 'SQL injection',
    cwe: [89],
    why: 'The query may be changed by the user & by others.',
  });
});
