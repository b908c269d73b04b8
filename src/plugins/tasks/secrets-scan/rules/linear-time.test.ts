import { expect, test } from 'vitest';
import type { SecretRule } from '../rule.ts';
import { ALL_RULES } from './all-rules.ts';

/**
 * What makes a backtracking expression slow: a begin that fits, then one piece again and again, without the end. Most texts of
 * this kind take microseconds and none takes over 5 ms; an expression with a quadratic part takes seconds on the largest.
 */
const PIECES = 'a A 0 aA0 - _ . : / = " \' a. a: a= a- =a a/ <a a, ( @ a@ + a; \\ aB3$ 0: MD LS0t'
  .split(' ')
  .concat([' ', '\t', '\n', 'a ', 'a\n', ' \n', 'a b']);
const MOST_MS = 250;

test.each(ALL_RULES.map((rule): [string, SecretRule] => [rule.id, rule]))('%s', (_id, rule) => {
  for (const begin of beginnings(rule)) {
    for (const piece of begin === '' ? PIECES : [...PIECES, begin]) {
      const text = begin + piece.repeat(Math.ceil(sizeOf(rule) / piece.length));
      expect(fastest(rule, text), JSON.stringify({ begin, piece })).toBeLessThan(MOST_MS);
    }
  }
});

/** As much as the matcher gives to a pattern. */
function sizeOf({ scope, reach }: SecretRule): number {
  if (scope === 'file') return 100_000;
  return scope === 'line' ? 1_100 : reach;
}

function beginnings({ keywords, examples }: SecretRule): Set<string> {
  const fromExamples = examples.hit.map((example) => {
    const text = typeof example === 'string' ? example : example.text;
    const fixed = text.split('[[', 1)[0] as string;
    const at = keywords.map((keyword) => fixed.toLowerCase().indexOf(keyword)).filter((place) => place >= 0);
    return fixed.slice(Math.min(...at, fixed.length));
  });
  return new Set(['', ...keywords, ...keywords.map((keyword) => keyword.toUpperCase()), ...fromExamples]);
}

/** Of up to three tries, because another process may have had the core. */
function fastest(rule: SecretRule, text: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && least >= MOST_MS; round++) {
    const started = performance.now();
    if (rule.scope === 'start' || rule.scope === 'inside') sticky(rule).exec(text);
    else for (const _ of text.matchAll(new RegExp(rule.pattern.source, flagsOf(rule, 'g'))));
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

function sticky(rule: SecretRule): RegExp {
  return new RegExp(rule.pattern.source, flagsOf(rule, 'y'));
}

function flagsOf({ pattern, scope }: SecretRule, flag: string): string {
  return [...new Set([...pattern.flags, flag, ...(scope === 'file' ? ['m'] : [])])].join('');
}
