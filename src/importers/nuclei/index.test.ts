import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('web and network results; matchers of one template are told apart', async () => {
  const { findings, rules } = await read('report.jsonl');
  expect(findings.map(({ rule, key, at }) => [rule, key[0], at.kind])).toEqual([
    ['sample-git-config', '', 'http'],
    ['sample-missing-headers', 'x-frame-options', 'http'],
    ['sample-missing-headers', 'content-security-policy', 'http'],
    ['CVE-2018-3721', 'version', 'http'],
    ['sample-tls-version', 'tls10', 'host'],
  ]);
  expect(findings[4]?.at).toEqual({ kind: 'host', name: '127.0.0.1', port: 8943, protocol: 'ssl' });
  expect(findings[3]).toMatchObject({
    severity: 'critical',
    about: [{ kind: 'cve', value: 'CVE-2018-3721' }],
  });
  expect(rules[0]?.text.cwe).toEqual([200]);
});

test('the list of -json-export; what did not match is skipped', async () => {
  const one = { 'template-id': 'a', info: { severity: 'unknown' }, host: 'a.example:25', type: 'tcp' };
  const text = JSON.stringify([one, { ...one, 'matcher-status': false }]);
  const { findings, skipped } = await importReport(importer, { text });
  expect(findings).toMatchObject([{ severity: 'info', at: { name: 'a.example', port: 25 } }]);
  expect(skipped).toHaveLength(1);
});
