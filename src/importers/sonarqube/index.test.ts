import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('issues with their way; what people settled there is skipped', async () => {
  const { findings, skipped } = await read('issues-10.json');
  expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([
    ['javascript:S5334', 'critical'],
    ['javascript:S1481', 'low'],
    ['javascript:S2819', 'high'],
  ]);
  expect(findings[0]).toMatchObject({
    at: { kind: 'file', path: 'src/server.js', region: { startLine: 10, startColumn: 5 } },
    flow: [{ note: 'The user sends it here.' }, { note: 'The code is executed here.' }],
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['Marked as a false positive in SonarQube.']);
});

test('hotspots wait for a person, so their confidence is low', async () => {
  const { findings, skipped } = await read('hotspots-10.json');
  expect(findings.map(({ severity, confidence }) => [severity, confidence])).toEqual([
    ['high', 'low'],
    ['medium', 'low'],
  ]);
  expect(skipped).toHaveLength(1);
});

test('a page is told not to be the whole', async () => {
  const issues = [{ rule: 'a:b', component: 'p:src/a', message: 'm' }];
  const { problems } = await importReport(importer, {
    text: JSON.stringify({ paging: { pageIndex: 1, pageSize: 1, total: 250 }, issues }),
  });
  expect(problems.map(({ message }) => message)).toEqual([
    'The report holds 1 of 250: ask for the other pages and import them too.',
  ]);
});

test('version 9: steps that stand alone are related places, rules have their names, what people settled is skipped', async () => {
  const { findings, rules, skipped } = await read('issues.json');
  expect(findings).toMatchObject([
    {
      rule: 'terraform:S6321',
      severity: 'low',
      at: {
        path: 'infra/main.tf',
        region: { startLine: 19, startColumn: 19, endLine: 19, endColumn: 32 },
      },
      related: [
        { path: 'infra/main.tf', region: { startLine: 18 } },
        { region: { startLine: 16 } },
        { region: { startLine: 17 } },
      ],
    },
  ]);
  expect(findings[0]?.flow).toBeUndefined();
  expect(rules[0]?.text.title).toBe(
    'Administration services access should be restricted to specific IP addresses',
  );
  expect(skipped.map(({ reason }) => reason)).toEqual(['Accepted in SonarQube.']);
});

test('version 9: hotspots with their columns', async () => {
  const { findings, skipped } = await read('hotspots.json');
  expect(findings).toHaveLength(15);
  expect(findings.find(({ rule }) => rule === 'docker:S6472')).toMatchObject({
    severity: 'high',
    at: { path: 'docker/Dockerfile', region: { startLine: 2, startColumn: 5, endColumn: 14 } },
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['Reviewed in SonarQube.']);
});
