import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SentinelError } from '../errors.ts';
import { checkPattern, matchesPattern } from './pattern.ts';

it.each([
  ['^[a-z]+$', 'abc', true],
  ['^[a-z]+$', 'abC', false],
  ['b', 'abc', true],
  ['^(?:a|bc){2,3}$', 'abca', true],
  ['^(a|bc){2,3}$', 'abcabc', false],
  ['^\\d{4}-\\d\\d$', '2026-11', true],
  ['^[^\\s,]+$', 'a b', false],
  ['^a.c$', 'a😀c', true],
  ['\\bcat\\b', 'a cat!', true],
  ['\\bcat\\b', 'concat', false],
  ['^$', '', true],
  ['', 'x', true],
  ['a{0}b', 'b', true],
  ['^a*?b', 'aab', true],
  ['^[\\]\\-a-]+$', ']-a', true],
  ['{x}', '{x}', true],
])('%s on %j: %s', (pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

it.each([
  '(',
  ')',
  '[a',
  'a**',
  '*a',
  '(?=a)',
  '(?<n>a)',
  '\\1',
  '\\',
  '[z-a]',
  'a{3,1}',
  'a{5000}',
  '((((a{99}){99}){99}){99})',
  '('.repeat(60) + ')'.repeat(60),
  'x'.repeat(501),
])('refuses %.20s', (pattern) => {
  expect(() => checkPattern(pattern)).toThrow(SentinelError);
});

it('finds what the engine of JavaScript finds', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '\\w',
    '(a|b)',
    '(?:ab)',
    'a*',
    'b+',
    'a?',
    '(a|ab)*',
    '(b+a?){1,2}',
    '^',
    '$',
    '\\b',
    '|',
    '[a-b]{2}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.stringMatching(/^[abc ]{0,8}$/), (parts, text) => {
      const pattern = parts.join('');
      expect(matchesPattern(pattern, text)).toBe(new RegExp(pattern, 'u').test(text));
    }),
    { numRuns: 2_000 },
  );
});

it('takes time in proportion, whatever the pattern', () => {
  for (const pattern of [
    '^(a+)+$',
    '^(a|a)*$',
    '^(a*)*b$',
    '(x+x+)+y',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    'a*a*a*a*a*b',
  ]) {
    const started = process.cpuUsage();
    expect(matchesPattern(pattern, `${'a'.repeat(5_000)}!`)).toBe(false);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000, pattern).toBeLessThan(500);
  }
});
