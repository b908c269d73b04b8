import { expect, test } from 'vitest';
import { relativeUri, sarifLocations } from './sarif-location.ts';

const same = (region: object) => region;

test('paths are relative and encoded part by part', () => {
  expect(relativeUri('src/a b/c:d%.ts')).toBe('src/a%20b/c%3Ad%25.ts');
  expect(sarifLocations({ kind: 'file', path: 'a.ts', region: { startLine: 2 } }, same)).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: 'a.ts', uriBaseId: 'SCANROOT' },
        region: { startLine: 2 },
      },
    },
  ]);
});

test('the member of an archive, a package and a host have a name', () => {
  expect(sarifLocations({ kind: 'file', path: 'x.zip', inside: 'in/side.txt' }, same)).toEqual([
    {
      physicalLocation: { artifactLocation: { uri: 'x.zip', uriBaseId: 'SCANROOT' } },
      logicalLocations: [{ fullyQualifiedName: 'in/side.txt' }],
    },
  ]);
  const manifest = { kind: 'package', purl: 'pkg:npm/a@1', manifest: 'package.json' } as const;
  expect(sarifLocations(manifest, same)).toMatchObject([
    {
      physicalLocation: { artifactLocation: { uri: 'package.json' } },
      logicalLocations: [{ fullyQualifiedName: 'pkg:npm/a@1' }],
    },
  ]);
  expect(sarifLocations({ kind: 'host', name: 'example.org', port: 443 }, same)).toEqual([
    { logicalLocations: [{ fullyQualifiedName: 'example.org:443' }] },
  ]);
});

test('an address stands as it is', () => {
  expect(sarifLocations({ kind: 'http', url: 'https://example.org/a' }, same)).toEqual([
    { physicalLocation: { artifactLocation: { uri: 'https://example.org/a' } } },
  ]);
});
