import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('another way to the same package is no other finding', async () => {
  const { asset, findings, skipped } = await read('test.json');
  expect(asset).toBe('sample-shop');
  expect(findings).toHaveLength(3);
  expect(findings[1]).toMatchObject({
    rule: 'SNYK-JS-LODASH-450202',
    severity: 'critical',
    at: { kind: 'package', purl: 'pkg:npm/lodash@4.17.4', manifest: 'package-lock.json' },
    evidence: 'sample-shop@1.0.0 > lodash@4.17.4',
  });
  expect(skipped.map(({ reason }) => reason)).toEqual(['Another way to the same package.']);
});

test('infrastructure code', async () => {
  const { findings, skipped } = await read('iac.json');
  expect(findings[1]).toMatchObject({
    rule: 'SNYK-CC-TF-73',
    severity: 'high',
    at: { kind: 'resource', address: 'resource.aws_db_instance[shop].storage_encrypted', file: 'main.tf' },
  });
  expect(skipped).toHaveLength(1);
});

test('several projects in a list keep their lock files', async () => {
  const vulnerabilities = [
    { id: 'S-1', severity: 'low', packageName: 'a', version: '1', packageManager: 'maven' },
  ];
  const project = (file: string) => ({ vulnerabilities, displayTargetFile: file, projectName: file });
  const text = JSON.stringify([project('a/pom.xml'), project('b/pom.xml')]);
  const { findings } = await importReport(importer, { text });
  expect(findings.map(({ at }) => at.kind === 'package' && at.manifest)).toEqual(['a/pom.xml', 'b/pom.xml']);
});

test('each project is covered, also one without findings; one that could not be tested is not', async () => {
  const project = (more: object) => ({ vulnerabilities: [], ok: true, packageManager: 'npm', ...more });
  const { covered } = await importReport(importer, {
    text: JSON.stringify([
      project({ displayTargetFile: 'web/package-lock.json' }),
      project({ displayTargetFile: 'api/pom.xml', packageManager: 'maven' }),
      { ok: false, error: 'no lock file', path: '/src/old' },
      { targetFile: 'main.tf', packageManager: 'terraformconfig', infrastructureAsCodeIssues: [] },
    ]),
  });
  expect(covered.map(({ at }) => at)).toEqual([
    { kind: 'packages', path: 'web/package-lock.json' },
    { kind: 'packages', path: 'api/pom.xml' },
    { kind: 'resources', path: 'main.tf' },
  ]);
});
