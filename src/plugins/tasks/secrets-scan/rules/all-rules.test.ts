import { describe, expect, test } from 'vitest';
import type { SecretRule } from '../rule.ts';
import { ALL_RULES } from './all-rules.ts';
import { foundIn } from './found-in.test-kit.ts';

test('there are at least 150 rules, with ids that differ', () => {
  expect(ALL_RULES.length).toBeGreaterThanOrEqual(150);
  expect(new Set(ALL_RULES.map((rule) => rule.id)).size).toBe(ALL_RULES.length);
});

describe.each(ALL_RULES.map((rule): [string, SecretRule] => [rule.id, rule]))('%s', (id, rule) => {
  test('finds each of its examples', () => {
    expect(rule.examples.hit.length).toBeGreaterThan(0);
    for (const example of rule.examples.hit) {
      for (const seed of ['', 'again', 'third'])
        expect(foundIn(example, seed), JSON.stringify(example)).toContain(id);
    }
  });

  test('leaves its look-alikes alone', () => {
    expect(rule.examples.ok.length).toBeGreaterThan(0);
    for (const example of rule.examples.ok)
      expect(foundIn(example, ''), JSON.stringify(example)).not.toContain(id);
  });

  test('says what it is and what to do', () => {
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(rule.text.title.length).toBeGreaterThan(5);
    expect(rule.text.cwe?.length).toBeGreaterThan(0);
    for (const text of [rule.text.why, rule.text.fix]) expect(text).toMatch(/^[A-Z].*\.$/);
  });
});
