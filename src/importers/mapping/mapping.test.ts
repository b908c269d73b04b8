import { expect, test } from 'vitest';
import type { Importer } from '../importer.ts';
import { importReport } from '../test-kit.ts';
import { readMapped } from './index.ts';
import { Mapping } from './mapping.ts';

function by(given: unknown): Importer {
  const mapping = Mapping.parse(given);
  return {
    id: mapping.tool,
    title: '',
    summary: '',
    recognise: () => 1,
    read: (report, context) => readMapped(report, mapping, context),
  };
}

test('a CSV of another tool', async () => {
  const importer = by({
    format: 'csv',
    tool: 'our-scanner',
    fields: {
      rule: 'Check',
      title: 'Check name',
      message: 'Text',
      severity: 'Risk',
      path: 'File',
      line: 'Line',
      status: 'State',
      cwe: 'CWE',
      cve: 'Refs',
      id: 'Id',
    },
    severities: { 'very bad': 'critical' },
    defaultSeverity: 'low',
    skip: { Passed: 'a check that passed' },
    complete: true,
  });
  const { findings, rules, skipped, problems, covered } = await importReport(importer, {
    text: [
      'Check;Check name;Text;Risk;File;Line;State;CWE;Refs;Id',
      'X1;First;Bad thing 12;Very Bad;.\\src\\a.c;12;Open;CWE-79, 89;see cve-2020-1234;abc',
      'X1;First;Fine;High;src/a.c;1;passed;;;',
      'X2;Second;"Odd; quoted";Purple;src/b.c;x;Open;;;',
      'X3;Third;Scored;7.5;src/b.c;3;Open;;;',
      ';None;No rule;High;src/b.c;3;Open;;;',
      'X4;Fourth;No place;High;;3;Open;;;',
    ].join('\n'),
  });
  expect(findings).toMatchObject([
    {
      tool: 'our-scanner',
      rule: 'X1',
      severity: 'critical',
      at: { kind: 'file', path: 'src/a.c', region: { startLine: 12 } },
      about: [{ kind: 'cve', value: 'CVE-2020-1234' }],
      toolPrints: [{ name: 'id', value: 'X1|abc' }],
    },
    { rule: 'X2', severity: 'low', message: 'Odd; quoted', at: { kind: 'file', path: 'src/b.c' } },
    { rule: 'X3', severity: 'high' },
  ]);
  expect(rules[0]?.text).toMatchObject({ title: 'First', cwe: [79, 89] });
  expect(skipped).toMatchObject([{ at: 'line 3', reason: 'a check that passed' }]);
  expect(problems.map((one) => one.at)).toEqual(['line 6', 'line 7', 'line 4', 'line 4']);
  expect(problems.at(-1)?.message).toBe("The line 'x' is no whole number: it is left out.");
  // Two rows were lost: nothing is closed.
  expect(covered).toEqual([]);
});

test('JSON by paths, JSON lines, and every kind of place', async () => {
  const places = by({
    format: 'json',
    tool: 't',
    elements: 'data.issues.*',
    fields: {
      rule: '=all',
      path: 'where.0.file',
      package: 'pkg.name',
      version: 'pkg.version',
      ecosystem: 'pkg.type',
      url: 'url',
      host: 'host',
      port: 'port',
      resource: 'res',
    },
  });
  const issues = [
    { where: [{ file: 'a.tf' }] },
    { pkg: { name: '@scope/lib', version: '1.0.0', type: 'npm' }, where: [{ file: 'package.json' }] },
    { url: 'https://example.org/' },
    { host: 'db.example.org', port: 5432 },
    { res: 'aws_s3_bucket.x', where: [{ file: 'main.tf' }] },
  ];
  const { findings } = await importReport(places, { text: JSON.stringify({ data: { issues } }) });
  expect(findings.map((one) => one.at)).toEqual([
    { kind: 'file', path: 'a.tf' },
    { kind: 'package', purl: 'pkg:npm/%40scope/lib@1.0.0', manifest: 'package.json' },
    { kind: 'http', url: 'https://example.org/' },
    { kind: 'host', name: 'db.example.org', port: 5432 },
    { kind: 'resource', address: 'aws_s3_bucket.x', file: 'main.tf' },
  ]);
  const lines = by({ format: 'jsonl', tool: 't', fields: { rule: 'id', path: 'f' } });
  const read = await importReport(lines, { text: '{"id":"a","f":"x"}\n{"id":"b","f":"y"}\n' });
  expect(read.findings.map((one) => one.rule)).toEqual(['a', 'b']);
});

test('a mapping that says nothing useful is refused', () => {
  expect(Mapping.safeParse({ format: 'csv', tool: 'Not kebab', fields: { rule: 'a' } }).success).toBe(false);
  expect(Mapping.safeParse({ format: 'csv', tool: 'x', fields: {} }).success).toBe(false);
  expect(Mapping.safeParse({ format: 'csv', tool: 'x', fields: { rule: 'a', colour: 'b' } }).success).toBe(
    false,
  );
});
