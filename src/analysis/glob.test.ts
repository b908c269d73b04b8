import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathMatcher, textFits } from './glob.ts';

test.each([
  ['*.pem', 'a/b/key.pem', true],
  ['*.pem', 'key.pem.txt', false],
  ['test', 'src/test/a.ts', true],
  ['test/', 'test/a.ts', true],
  ['/src/*.ts', 'src/a.ts', true],
  ['src/*.ts', 'src/deep/a.ts', false],
  ['src/**/*.ts', 'src/a.ts', true],
  ['src/**/*.ts', 'src/x/y/a.ts', true],
  ['**/fixtures/**', 'a/fixtures/b/c', true],
  ['**/fixtures/**', 'fixtures-2/b', false],
  ['*.{key,pem}', 'x/a.key', true],
  ['*.{key,pem}', 'x/a.kex', false],
  ['src', 'srcs/a', false],
])('%s on %s: %s', (pattern, path, expected) => {
  expect(pathMatcher(pattern)(path)).toBe(expected);
});

test('a star-only text pattern fits what it was made from', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.nat(), fc.nat(), (text, from, length) => {
      const start = from % (text.length + 1);
      const pattern = `${text.slice(0, start)}*${text.slice(start + (length % (text.length - start + 1)))}`;
      expect(textFits(pattern, text)).toBe(true);
    }),
  );
});

test('a hostile pattern does not take long', () => {
  const started = performance.now();
  expect(textFits('*a'.repeat(200), 'a'.repeat(100))).toBe(false);
  expect(pathMatcher(`${'**/'.repeat(100)}x`)('a/'.repeat(500))).toBe(false);
  expect(pathMatcher('{a,b}'.repeat(40))('a')).toBe(false);
  expect(performance.now() - started).toBeLessThan(5_000);
});
