import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('a secret is handed over to be masked, and its commit is part of the place', async () => {
  const { findings, rules, covered } = await read('git.json');
  const aws = findings.find(({ rule }) => rule === 'aws-access-token');
  expect(aws?.at).toMatchObject({ path: 'settings.py', commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  expect(aws?.secrets).toEqual(aws?.key);
  expect(rules.every(({ text }) => text.severity === 'high' && text.cwe?.[0] === 798)).toBe(true);
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'history' }]);
});

test('of a folder, the files are covered and not the history', async () => {
  const { findings, covered } = await read('folder.json');
  expect(findings).toHaveLength(4);
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'tree', path: '', except: [] }]);
});

test('a redacted secret is told apart by what is left of its line', async () => {
  const leak = (match: string) => ({ RuleID: 'r', File: 'a', Secret: 'REDACTED', Match: match });
  const text = JSON.stringify([leak('a=REDACTED'), leak('b=REDACTED')]);
  const { findings } = await importReport(importer, { text });
  expect(findings.map(({ key, secrets }) => [key[0], secrets])).toEqual([
    ['a=REDACTED', undefined],
    ['b=REDACTED', undefined],
  ]);
});
