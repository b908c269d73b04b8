import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SentinelError } from '../errors.ts';
import { parseQuery, printQuery, type Query, type QueryValue } from './query.ts';

const KEYS = { severity: 'ordered', path: 'text', 'first-seen': 'ordered' } as const;

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'a-:"\\ ,<>=.\n/é') }),
);
const end = fc.option(fc.stringMatching(/^[0-9a-z-]{1,10}$/));
const value = (key: keyof typeof KEYS): fc.Arbitrary<QueryValue> => {
  const equal = text.map((content): QueryValue => ({ op: '=', text: content, at: 0 }));
  if (KEYS[key] === 'text') return equal;
  return fc.oneof(
    equal,
    fc.record({ op: fc.constantFrom('>', '>=', '<', '<='), text, at: fc.constant(0) }),
    fc
      .tuple(end, end)
      .filter(([from, to]) => from !== null || to !== null)
      .map(([from, to]): QueryValue => ({ op: '..', from, to, at: 0 })),
  );
};
const query: fc.Arbitrary<Query> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('word'), not: fc.boolean(), text, at: fc.constant(0) }),
    fc.constantFrom(...(Object.keys(KEYS) as (keyof typeof KEYS)[])).chain((key) =>
      fc.record({
        type: fc.constant('key'),
        not: fc.boolean(),
        key: fc.constant(key),
        values: fc.array(value(key), { minLength: 1, maxLength: 3 }),
        at: fc.constant(0),
      }),
    ),
  ),
  { maxLength: 5 },
) as fc.Arbitrary<Query>;

it('reads what it prints as the same query', () => {
  fc.assert(
    fc.property(query, (one) => {
      expect(withoutPlaces(parseQuery(printQuery(one), KEYS))).toEqual(one);
    }),
    { numRuns: 2_000 },
  );
});

it('takes any text or says what is wrong with it', () => {
  const parts = fc.constantFrom(...'severity: path: first-seen: " \\ , - .. > <= a : // x'.split(' '), ' ');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((list) => list.join('')),
      ),
      (input) => {
        try {
          const read = parseQuery(input, KEYS);
          expect(withoutPlaces(parseQuery(printQuery(read), KEYS))).toEqual(withoutPlaces(read));
        } catch (error) {
          expect(error).toBeInstanceOf(SentinelError);
          expect(error).toMatchObject({ code: 'invalid-query' });
          expect((error as Error).message).toMatch(/at character \d+ of the query/);
        }
      },
    ),
    { numRuns: 5_000 },
  );
});

it('takes time in proportion to the length', () => {
  for (const piece of ['a', 'a-', '-', 'a:', '"', '\\', 'severity:a,', 'path:"a" ', '>', '..', ' ']) {
    const time = (count: number) => {
      const input = piece.repeat(count);
      const started = performance.now();
      try {
        parseQuery(input, KEYS);
      } catch {}
      return performance.now() - started;
    };
    time(1_000);
    // A quadratic reader needs minutes for this.
    expect(time(300_000), piece).toBeLessThan(2_000);
  }
});

it.each([
  ['severity:high,low', [{ key: 'severity', values: ['=high', '=low'] }]],
  ['-severity:>=low word', [{ not: true, key: 'severity', values: ['>=low'] }, { text: 'word' }]],
  ['path:"a, b",c', [{ key: 'path', values: ['=a, b', '=c'] }]],
  ['path:../x', [{ key: 'path', values: ['=../x'] }]],
  ['first-seen:2026-01-01..', [{ key: 'first-seen', values: ['2026-01-01..'] }]],
  ['-"two words" - a,b', [{ not: true, text: 'two words' }, { text: '-' }, { text: 'a,b' }]],
  ['https://example.org/a', [{ text: 'https://example.org/a' }]],
  ['Severity:high', [{ key: 'severity', values: ['=high'] }]],
  ['"say \\"hi\\" \\\\ C:\\x"', [{ text: 'say "hi" \\ C:\\x' }]],
])('reads %s', (input, expected) => {
  const short = parseQuery(input, KEYS).map((term) => ({
    ...(term.not && { not: true }),
    ...(term.type === 'word'
      ? { text: term.text }
      : {
          key: term.key,
          values: term.values.map((one) =>
            one.op === '..' ? `${one.from ?? ''}..${one.to ?? ''}` : one.op + one.text,
          ),
        }),
  }));
  expect(short).toEqual(expected);
});

it.each([
  ['a severty:high', "There is no key 'severty:'. Did you mean 'severity:'?", 3],
  ['colour:red', "There is no key 'colour:'. There are: severity, path, first-seen.", 1],
  ['constructor:x', "There is no key 'constructor:'.", 1],
  ['severity:', "'severity:' needs a value", 10],
  ['severity:high,', "'severity:' needs a value", 15],
  ['severity:..', "The range of 'severity:' needs an end", 10],
  ['path:"open', 'A quote is not closed', 6],
  ['path:"a"b', 'A space or a comma must follow a quoted text', 9],
  ['""', 'There is nothing between the quotes', 1],
])('refuses %s', (input, message, at) => {
  expect(() => parseQuery(input, KEYS)).toThrow(message);
  expect(() => parseQuery(input, KEYS)).toThrow(`at character ${at} of the query`);
});

function withoutPlaces(query: Query): Query {
  return query.map((term) =>
    term.type === 'word'
      ? { ...term, at: 0 }
      : { ...term, at: 0, values: term.values.map((one) => ({ ...one, at: 0 })) },
  );
}
