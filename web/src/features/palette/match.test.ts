import { expect, test } from 'vitest';
import { fitness } from './match.ts';
import { findingsWith, isIdEnd, readPasted } from './pasted-id.ts';

test('the beginning of a text fits best, letters in their order least, others not', () => {
  const texts = ['Scan secrets', 'Secrets scan', 'Overview', 'Sets of recipes'];
  const order = texts
    .map((text) => [fitness(text, 'secrets'), text] as const)
    .filter(([points]) => points > 0)
    .sort((a, b) => b[0] - a[0])
    .map(([, text]) => text);
  expect(order).toEqual(['Secrets scan', 'Scan secrets']);
  expect(fitness('Secrets scan', 'scs')).toBe(2);
  expect(fitness('Secrets scan', 'scan secrets'), 'in any order').toBeGreaterThan(0);
  expect(fitness('Secrets scan', 'secrets zone')).toBe(0);
});

test('pasted ids lead where they belong', () => {
  expect(readPasted(' cve-2024-3094 ')?.to).toBe('/findings?q=cve%3ACVE-2024-3094');
  expect(readPasted('T1059.001')?.kind).toBe('technique');
  expect(readPasted('run_0192f0c1-aaaa-7bbb-8ccc-0123456789ab')?.to).toBe(
    '/runs/run_0192f0c1-aaaa-7bbb-8ccc-0123456789ab',
  );
  expect(readPasted('../../admin')).toBeUndefined();
  expect(readPasted('run_../../admin')).toBeUndefined();
  expect(isIdEnd('4f2a91c3')).toBe(true);
  expect(isIdEnd('decade'), 'a word').toBe(false);
});

test('free words never become a key of the query by accident', () => {
  expect(decodeURIComponent(findingsWith('http://x "y" z'))).toBe('/findings?q="http://x" "y" z');
});
