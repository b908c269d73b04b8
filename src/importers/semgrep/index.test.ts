import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('data that flows into a shell is a finding with its way, from version 1.84', async () => {
  const { findings, rules, covered } = await read('flow.json');
  const [shell] = findings;
  expect(shell).toMatchObject({
    rule: 'rules.subprocess-with-request-data',
    severity: 'high',
    confidence: 'high',
    at: { kind: 'file', path: 'python/app.py', region: { startLine: 15 } },
  });
  expect(shell?.flow?.map(({ note }) => note)).toEqual([
    'Source: request.args.get("name")',
    'Through: name',
    'Sink: subprocess.check_output("ls " + name, shell=True)',
  ]);
  expect(rules[0]?.text).toMatchObject({ cwe: [78], tags: ['A05:2025 - Injection'] });
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'file', path: 'python/app.py' }]);
});

test('what the newer version withholds is not taken for code or fingerprint', async () => {
  const { findings } = await read('report.json');
  expect(findings).toHaveLength(4);
  expect(JSON.stringify(findings)).not.toContain('requires login');
  expect(findings.every(({ toolPrints }) => toolPrints === undefined)).toBe(true);
});

test('nosemgrep is skipped; a file that could not be read is not covered', async () => {
  const result = (path: string, ignored: boolean) => ({
    check_id: 'a.rule',
    path,
    start: { line: 1, col: 1 },
    end: { line: 1, col: 2 },
    extra: { message: 'Text.', severity: 'INFO', lines: 'x', is_ignored: ignored },
  });
  const { findings, skipped, covered } = await importReport(importer, {
    text: JSON.stringify({
      results: [result('a.py', true), result('b.py', false)],
      errors: [{ path: 'c.py', message: 'Syntax error' }],
      paths: { scanned: ['a.py', 'b.py', 'c.py'] },
    }),
  });
  expect(findings).toMatchObject([{ severity: 'low', at: { path: 'b.py' } }]);
  expect(skipped.map(({ at }) => at)).toEqual(['results.0', 'errors.0']);
  expect(covered.map(({ at }) => at)).toEqual([
    { kind: 'file', path: 'a.py' },
    { kind: 'file', path: 'b.py' },
  ]);
});
