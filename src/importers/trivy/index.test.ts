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

test('a clean manifest is covered; a scan of licences says nothing about faults; groups of packages are no manifest', async () => {
  const of = (results: object[], type = 'filesystem') =>
    importReport(importer, {
      text: JSON.stringify({ SchemaVersion: 2, ArtifactName: 'app', ArtifactType: type, Results: results }),
    }).then(({ covered }) => covered.map(({ at }) => at));
  const clean = { Target: 'web/package-lock.json', Class: 'lang-pkgs', Type: 'npm', Packages: [] };
  const jars = { Target: 'Java', Class: 'lang-pkgs', Type: 'jar' };
  expect(await of([clean, jars])).toEqual([{ kind: 'packages', path: 'web/package-lock.json' }]);
  expect(await of([clean, { Target: 'web/package-lock.json', Class: 'license' }])).toEqual([]);
  expect(await of([jars], 'container_image')).toEqual([{ kind: 'packages', path: '' }]);
  expect(await of([], 'container_image')).toEqual([]);
});
