import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('suggestions of a host; only the tests that were done are covered', async () => {
  const { asset, findings, covered } = await read('report.dat');
  expect(asset).toBe('vm');
  expect(findings.filter(({ rule }) => rule === 'AUTH-9286').map(({ message }) => message)).toEqual([
    'Configure minimum password age in /etc/login.defs',
    'Configure maximum password age in /etc/login.defs',
  ]);
  expect(covered[0]?.rules).toContain('AUTH-9328');
  expect(covered[0]?.rules).not.toContain('HTTP-6622');
});

test('warnings are more than suggestions; an audit that was ended covers nothing', async () => {
  const { findings, covered, problems } = await importReport(importer, {
    text: '# Lynis Report\nwarning[]=SSH-7408|Root may sign in|PermitRootLogin (yes)|Set it to no|\nwarning[]=broken\n',
  });
  expect(findings).toMatchObject([
    { severity: 'medium', message: 'Root may sign in – PermitRootLogin (yes)' },
  ]);
  expect(problems.map(({ at }) => at)).toEqual(['line 3', 'the document']);
  expect(covered).toEqual([]);
});
