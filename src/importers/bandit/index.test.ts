import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('the line with the fault is what a finding is, not the lines around it', async () => {
  const { findings, rules, covered } = await read('report.json');
  expect(findings.find(({ rule }) => rule === 'B602')).toMatchObject({
    severity: 'high',
    key: ['return subprocess.check_output("ls " + name, shell=True)'],
    at: { path: 'app.py', region: { startLine: 15, startColumn: 12 } },
    excerpt: { firstLine: 14 },
  });
  expect(rules.find(({ id }) => id === 'B602')?.text.cwe).toEqual([78]);
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'file', path: 'app.py' }]);
});

test('a password in the message is masked, and stands in no text of the rule', async () => {
  const { findings, rules } = await read('report.json');
  const password = findings.find(({ rule }) => rule === 'B105');
  expect(password?.secrets).toContain('correct-horse-battery');
  expect(password?.message).toBe('Possible hardcoded password');
  expect(JSON.stringify(rules)).not.toContain('correct-horse');
});
