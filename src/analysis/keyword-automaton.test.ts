import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildKeywordAutomaton } from './keyword-automaton.ts';

function scan(keywords: string[], text: Buffer): string[] {
  const found: string[] = [];
  buildKeywordAutomaton(keywords).scan(text, 0, text.length, (keyword, after) =>
    found.push(`${after}:${keywords[keyword]}`),
  );
  return found.sort();
}

/** Every keyword at every position. */
function naive(keywords: string[], text: Buffer): string[] {
  const lower = text.toString('latin1').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const found: string[] = [];
  for (const keyword of keywords) {
    const wanted = keyword.toLowerCase();
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
      found.push(`${at + wanted.length}:${keyword}`);
    }
  }
  return found.sort();
}

test('finds keywords that overlap or lie inside each other, in any case', () => {
  expect(scan(['he', 'she', 'hers', 'his'], Buffer.from('uSHErs'))).toEqual(['4:he', '4:she', '6:hers']);
});

test('agrees with a naive search', () => {
  const letter = fc.constantFrom('a', 'b', 'c', 'A', 'B', '_', '-');
  const keyword = fc.string({ unit: letter, minLength: 1, maxLength: 5 });
  const keywords = fc.uniqueArray(keyword, {
    minLength: 1,
    maxLength: 12,
    selector: (word) => word.toLowerCase(),
  });
  const text = fc.oneof(
    fc.string({ unit: letter, maxLength: 200 }).map((value) => Buffer.from(value, 'latin1')),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(keywords, text, (words, bytes) => {
      expect(scan(words, bytes)).toEqual(naive(words, bytes));
    }),
    { numRuns: 500 },
  );
});

test('scans only the range that is asked for', () => {
  const found: number[] = [];
  const text = Buffer.from('key key key');
  buildKeywordAutomaton(['key']).scan(text, 1, 10, (_keyword, after) => found.push(after));
  expect(found).toEqual([7]);
});

test('refuses keywords that cannot be told apart or matched', () => {
  expect(() => buildKeywordAutomaton(['Key', 'kEY'])).toThrow(/twice/);
  expect(() => buildKeywordAutomaton([''])).toThrow(/empty/);
  expect(() => buildKeywordAutomaton(['schlüssel'])).toThrow(/ASCII/);
});
