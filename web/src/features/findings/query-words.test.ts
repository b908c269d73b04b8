import { expect, test } from 'vitest';
import { queryInWords } from './query-words.ts';

const WORDS = {
  or: 'or',
  to: 'to',
  compared: {
    '<': (value: string) => `less than ${value}`,
    '<=': (value: string) => `at most ${value}`,
    '>': (value: string) => `more than ${value}`,
    '>=': (value: string) => `at least ${value}`,
  },
  not: (part: string) => `not ${part}`,
  key: (key: string) => key,
};

test('a query is said in words', () => {
  const said = (query: string) => queryInWords(query, WORDS);
  expect(said('severity:critical,high status:open,confirmed')).toBe(
    'severity: critical or high; status: open or confirmed',
  );
  expect(said('severity:>=high -label:"old code",x epss:>50% priority:10..20 "two words"')).toBe(
    'severity: at least high; not label: old code or x; epss: more than 50%; priority: 10 to 20; “two words”',
  );
  expect(said('')).toBe('');
});
