import { expect, test } from 'vitest';
import { placeInWords } from './place-in-words.ts';

test('a place in a document is named in words, entries from one on', () => {
  const said = (field: string) => placeInWords(field, (number) => `entry ${number}`);
  expect(said('comments.0.severities.1')).toBe('comments, entry 1, severities, entry 2');
  expect(said('sla.conditions.11.days')).toBe('sla, conditions, entry 12, days');
  expect(said('gate')).toBe('gate');
  expect(said('(all)')).toBe('');
});
