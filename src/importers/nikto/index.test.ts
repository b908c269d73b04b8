import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('XML of the old and JSON of the new version', async () => {
  const [xml, json] = await Promise.all([read('report.xml'), read('report.json')]);
  expect(xml.findings[0]).toMatchObject({
    rule: '999976',
    at: { kind: 'http', url: 'http://localhost:8931/' },
  });
  expect(json.findings.map(({ at }) => at)).toEqual([
    { kind: 'http', url: 'http://127.0.0.1:8931/' },
    { kind: 'http', url: 'http://127.0.0.1:8931/', method: 'HEAD' },
  ]);
});

test('several hosts in a list', async () => {
  const vulnerabilities = [{ id: 1, method: 'GET', url: '/a', msg: 'Text. See CVE-2021-41773.' }];
  const host = (name: string) => ({ host: name, port: '443', vulnerabilities });
  const { findings } = await importReport(importer, {
    text: JSON.stringify([host('a.example'), host('b.example')]),
  });
  expect(findings.map(({ at, about }) => [at, about?.[0]?.value])).toEqual([
    [{ kind: 'http', url: 'https://a.example/a' }, 'CVE-2021-41773'],
    [{ kind: 'http', url: 'https://b.example/a' }, 'CVE-2021-41773'],
  ]);
});
