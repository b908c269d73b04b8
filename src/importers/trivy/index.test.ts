import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('packages, resources and secrets of a folder; what passed or is ignored is skipped', async () => {
  const { findings, skipped, covered } = await read('folder.json');
  expect(findings.map(({ at }) => at)).toMatchObject([
    { kind: 'package', purl: 'pkg:npm/lodash@4.17.4', manifest: 'package-lock.json' },
    { kind: 'package' },
    { kind: 'package' },
    { kind: 'resource', address: 'aws_security_group.web', file: 'main.tf', region: { startLine: 19 } },
    { kind: 'file', path: 'settings.py' },
  ]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'Suppressed in the tool (ignored).',
    'The check passed.',
  ]);
  // Only what it names: which of its scanners ran is not in the report.
  expect(covered.map(({ at }) => at)).toEqual([
    { kind: 'packages', path: 'package-lock.json' },
    { kind: 'resources', path: 'main.tf' },
    { kind: 'file', path: 'settings.py' },
  ]);
});

test('packages of an image: those of the system have no file, an unknown severity is told', async () => {
  const { asset, findings, rules, covered } = await read('image.json');
  expect(asset).toBe('registry.example.org/shop:1.2');
  expect(findings.map(({ at }) => at.kind === 'package' && at.manifest)).toEqual([
    undefined,
    undefined,
    'srv/node_modules/lodash/package.json',
  ]);
  expect(rules[1]?.text.severity).toBe('medium');
  expect(rules[1]?.text.tags).toContain('severity-not-given');
  expect(covered).toHaveLength(1);
});
