import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('an advisory with its other names, in its lock file', async () => {
  const { findings } = await read('report.json');
  expect(findings).toHaveLength(6);
  const flask = findings.find(({ rule }) => rule === 'PYSEC-2018-66');
  expect(flask).toMatchObject({
    severity: 'high',
    at: { purl: 'pkg:pypi/flask@0.12.2', manifest: expect.stringContaining('python/requirements.txt') },
    message: 'flask 0.12.2: Flask uses much memory for badly encoded JSON. Fixed in 0.12.3.',
  });
  expect(flask?.about?.map(({ value }) => value)).toEqual([
    'PYSEC-2018-66',
    'CVE-2018-1000656',
    'GHSA-562c-5r94-xh97',
    'pkg:pypi/flask@0.12.2',
    '20',
  ]);
});

test('several advisories of one group are one finding', async () => {
  const one = (id: string) => ({ id, aliases: ['CVE-2021-1234'], summary: `Fault ${id}` });
  const found = {
    package: { name: 'a.org/b', version: '1.0.0', ecosystem: 'Go' },
    vulnerabilities: [one('GHSA-2222-3333-4444'), one('GO-2021-1')],
    groups: [{ ids: ['GHSA-2222-3333-4444', 'GO-2021-1'], max_severity: '9.1' }],
  };
  const { findings } = await importReport(importer, {
    text: JSON.stringify({ results: [{ source: { path: '/src/go.mod' }, packages: [found] }] }),
  });
  expect(findings).toMatchObject([{ rule: 'GHSA-2222-3333-4444', severity: 'critical' }]);
});

test('every manifest in the report is covered; with clean packages among them the report is whole', async () => {
  const read = (packages: object[]) => {
    const source = { path: '/builds/team/shop/go.mod', type: 'lockfile' };
    return importReport(importer, { text: JSON.stringify({ results: [{ source, packages }] }) });
  };
  const { covered, events } = await read([{ package: { name: 'a', version: '1', ecosystem: 'Go' } }]);
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'packages', path: 'go.mod' }]);
  expect(events.some((event) => event.type === 'note' && event.text.includes('--all-packages'))).toBe(false);
  const vulnerable = {
    package: { name: 'a', version: '1', ecosystem: 'Go' },
    vulnerabilities: [{ id: 'GO-1' }],
  };
  const part = await read([vulnerable]);
  expect(part.events.some((event) => event.type === 'note' && event.text.includes('--all-packages'))).toBe(
    true,
  );
});
