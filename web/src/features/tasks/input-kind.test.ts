import { expect, test } from 'vitest';
import { formAddress, inputKind, paramsFor, takesFile } from './input-kind.ts';

test.each([
  ['CVE-2021-44228', 'cve'],
  [' cve-2024-3094 ', 'cve'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'vector'],
  ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 'vector'],
  ['https://shop.example.org/a?b=c', 'url'],
  ['pkg:npm/lodash@4.17.20', 'purl'],
  ['d41d8cd98f00b204e9800998ecf8427e', 'hash'],
  ['0x00000000219ab540356cBB839Cbe05303d7705Fa', 'address'],
  ['secrets', undefined],
  ['https://', undefined],
  ['cve', undefined],
])('%s is %s', (text, kind) => {
  expect(inputKind(text)).toBe(kind);
});

test('the form begins with what was pasted, in the field that takes it', () => {
  const info = (properties: object) => ({ params: { properties } }) as never;
  expect(paramsFor(info({ path: { kind: 'path' }, cve: { kind: 'cve' } }), 'CVE-2021-44228')).toEqual({
    cve: 'CVE-2021-44228',
  });
  expect(paramsFor(info({ ids: { kind: 'cve', type: 'array' } }), 'CVE-2021-44228')).toEqual({
    ids: ['CVE-2021-44228'],
  });
  expect(paramsFor(info({ path: { kind: 'path' } }), 'CVE-2021-44228')).toBeUndefined();
  expect(formAddress('cvss', 'CVSS:3.1/AV:N')).toBe('/tasks/cvss?input=CVSS%3A3.1%2FAV%3AN');
  expect(formAddress('cvss', undefined)).toBe('/tasks/cvss');
});

test('a file goes to the tasks that say that they take it, and into their target', () => {
  expect(takesFile({ files: ['*'] }, 'a.bin')).toBe(true);
  expect(takesFile({ files: ['.sarif', '.json'] }, 'Scan.SARIF')).toBe(true);
  expect(takesFile({ files: ['.sarif', '.json'] }, 'sarif.pdf')).toBe(false);
  expect(takesFile({ files: [] }, 'scan.json')).toBe(false);
  const upload = 'upload:fil_01a21629-46db-7000-b6ba-c9a44e2d3c2e';
  const properties = { ignore: { kind: 'path' }, path: { kind: 'path', target: true } };
  expect(paramsFor({ params: { properties } } as never, upload)).toEqual({ path: upload });
  expect(
    paramsFor({ params: { properties: { vector: { kind: 'vector' } } } } as never, upload),
  ).toBeUndefined();
});
