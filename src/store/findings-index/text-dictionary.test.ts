import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold } from './filter.ts';
import { textDictionary } from './text-dictionary.ts';

const text = fc.string({ maxLength: 6, unit: fc.constantFrom(...'aAbBé𝒳_%') });

it('numbers equal texts equally and finds every part of them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 60 }), (steps) => {
      const dictionary = textDictionary();
      const texts: string[] = [];
      for (const [added, part] of steps) {
        const number = dictionary.add(added);
        const known = texts.indexOf(fold(added));
        expect(number).toBe(known < 0 ? texts.push(fold(added)) - 1 : known);
        expect(dictionary.size).toBe(texts.length);
        const wanted = fold(part);
        if (wanted === '') continue;
        // Asked again after more was added, it must know the new ones too.
        expect([...dictionary.containing(wanted)]).toEqual(texts.map((one) => Number(one.includes(wanted))));
      }
    }),
    { numRuns: 500 },
  );
});

it('holds many texts', () => {
  const dictionary = textDictionary();
  const count = 30_000;
  for (let n = 0; n < count; n++) expect(dictionary.add(`text number ${n}`)).toBe(n);
  for (let n = 0; n < count; n++) expect(dictionary.add(`Text number ${n}`)).toBe(n);
  const hits = dictionary.containing('number 777');
  expect(hits.reduce((sum, hit) => sum + hit, 0)).toBe(1 + 10);
});
