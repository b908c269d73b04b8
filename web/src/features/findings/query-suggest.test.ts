import { expect, it } from 'vitest';
import { FINDING_KEYS } from '../../../../src/store/findings-index/keys.ts';
import { QUERY_KEYS, suggest } from './query-suggest.ts';

const at = (text: string) => suggest(text, text.length, { facets: undefined, keyNote: (key) => key });
const texts = (text: string) => at(text).suggestions.map((one) => one.text);

it('offers every key that the server knows', () => {
  const same = new Set(['task', 'ref']);
  expect([...QUERY_KEYS].sort()).toEqual(
    Object.keys(FINDING_KEYS)
      .filter((key) => !same.has(key))
      .sort(),
  );
});

it('offers keys, then their values, also behind a comma and a minus', () => {
  expect(texts('sev')).toEqual(['severity:']);
  expect(texts('status:open severity:cr')).toEqual(['critical']);
  expect(texts('-status:fixed,du')).toEqual(['duplicate']);
  expect(at('-status:fixed,du')).toMatchObject({ from: 14, to: 16 });
  expect(texts('some words')).toEqual([]);
});
