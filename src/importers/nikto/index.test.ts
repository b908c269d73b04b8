import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ImportedFinding } from '../importer.ts';
import { headOf, importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('XML of version 2.1, with links', async () => {
  const { findings } = await read('old.xml');
  expect(findings[0]).toMatchObject({
    rule: '999976',
    at: { kind: 'http', url: 'http://localhost:8931/' },
  });
});

test('XML and JSON of version 2.6 are the same findings, though XML has paths in its texts and no links', async () => {
  const [xml, json] = await Promise.all([read('report.xml'), read('report.json')]);
  const one = ({ rule, at, key }: ImportedFinding) => JSON.stringify([rule, at, key]);
  expect(xml.findings.map(one).sort()).toEqual(json.findings.map(one).sort());
  expect(json.findings.find(({ rule }) => rule === '000434')?.at).toEqual({
    kind: 'http',
    url: 'http://127.0.0.1:8931/',
    method: 'TRACE',
  });
});

test('JSON of version 2.6 is known, and a weakness among its references is no link', async () => {
  const file = join(import.meta.dirname, 'fixtures', 'report.json');
  expect(importer.recognise(await headOf({ file }))).toBeGreaterThan(0.8);
  const { rules } = await read('report.json');
  expect(rules.find(({ id }) => id === '750500')?.text).toMatchObject({ cwe: [548] });
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
