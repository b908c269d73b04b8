import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('issues without their requests, which hold cookies', async () => {
  const { findings, rules, skipped } = await read('report.xml');
  expect(findings[0]).toMatchObject({
    rule: '2097920',
    severity: 'high',
    confidence: 'high',
    at: { kind: 'http', url: 'http://127.0.0.1:8931/search', method: 'GET', param: 'q' },
    evidence: 'The value of q is copied into the page as it is.',
  });
  expect(rules[0]?.text).toMatchObject({
    cwe: [79],
    references: ['https://example.org/2097920', 'https://cwe.mitre.org/data/definitions/79.html'],
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['Marked as a false positive in Burp.']);
  expect(JSON.stringify(findings)).not.toContain('R0VUIC8');
});
