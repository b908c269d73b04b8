import { expect, it } from 'vitest';
import { cutAtName, packageOf, placeOf } from './location.ts';

it.each([
  ['pkg:npm/lodash@4.17.20', 'lodash 4.17.20'],
  ['pkg:npm/%40babel/core@7.0.0', '@babel/core 7.0.0'],
  [
    'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar',
    'org.apache.logging.log4j/log4j-core 2.14.1',
  ],
  ['pkg:deb/debian/openssl', 'debian/openssl'],
  ['lodash', 'lodash'],
  ['pkg:npm/100%@1', '100% 1'],
])('%s is called %s', (purl, name) => {
  expect(packageOf(purl)).toBe(name);
});

it.each([
  ['src/routes/login.ts', ['src/routes/', 'login.ts']],
  ['login.ts', ['', 'login.ts']],
  ['src/routes/', ['src/', 'routes/']],
  ['https://shop.example/', ['https://', 'shop.example/']],
  ['', ['', '']],
])('the name at the end of %s is kept', (text, parts) => {
  expect(cutAtName(text)).toEqual(parts);
});

it('a package stands with its version and its manifest', () => {
  expect(
    placeOf({ kind: 'package', purl: 'pkg:npm/lodash@4.17.20', manifest: 'web/package-lock.json' }),
  ).toEqual({
    main: 'lodash 4.17.20',
    detail: ' web/package-lock.json',
    soft: true,
  });
});
