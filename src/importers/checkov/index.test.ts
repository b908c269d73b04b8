import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('several frameworks; without an account there is no severity, and a tag says so', async () => {
  const { findings, rules } = await read('report.json');
  expect(findings).toHaveLength(26);
  expect(findings.find(({ rule }) => rule === 'CKV_AWS_24')).toMatchObject({
    severity: 'medium',
    at: { kind: 'resource', address: 'aws_security_group.web', file: 'infra/main.tf' },
  });
  expect(rules[0]?.text.tags).toEqual(['severity-not-given']);
});

test('one framework is an object, and its packages are packages', async () => {
  const details = {
    id: 'CVE-2018-3721',
    severity: 'medium',
    package_name: 'lodash',
    package_version: '4.17.4',
  };
  const check = { check_id: 'CKV_CVE_1', file_path: '/package-lock.json', vulnerability_details: details };
  const results = { failed_checks: [check], skipped_checks: [check] };
  const { findings, skipped } = await importReport(importer, {
    text: JSON.stringify({ check_type: 'sca_package', results }),
  });
  expect(findings.map(({ at }) => at)).toEqual([
    { kind: 'package', purl: 'pkg:npm/lodash@4.17.4', manifest: 'package-lock.json' },
  ]);
  expect(skipped).toHaveLength(1);
});

test('a file that was named is where it stands in the repository, and passed checks tell what was looked at', async () => {
  const part = join(import.meta.dirname, '../../../test/imports/fixtures/checkov-part.json');
  const { findings, covered } = await importReport(importer, { file: part });
  expect(findings.map(({ at }) => 'file' in at && at.file)).toEqual(
    Array.from({ length: 3 }, () => 'infra/main.tf'),
  );
  expect(covered.map(({ at }) => at)).toEqual([{ kind: 'resources', path: 'infra/main.tf' }]);
  const place = { check_id: 'CKV_DOCKER_7', file_path: '/Dockerfile', repo_file_path: '/docker/Dockerfile' };
  const check = {
    ...place,
    file_abs_path: '/builds/team/shop/docker/Dockerfile',
    resource: '/Dockerfile.FROM',
  };
  const report = {
    check_type: 'dockerfile',
    results: { failed_checks: [check], parsing_errors: ['/docker/Dockerfile'] },
  };
  const broken = await importReport(importer, { text: JSON.stringify(report) });
  expect(broken.findings[0]?.at).toMatchObject({
    file: 'docker/Dockerfile',
    address: '/docker/Dockerfile.FROM',
  });
  expect(broken.covered).toEqual([]);
});
