import { describe, expect, test } from 'vitest';
import { expandExample } from '../examples.ts';
import { fileFacts } from '../file-facts.ts';
import { genericFinder } from '../generic.ts';
import { createMatcher } from '../matcher.ts';
import type { Example, SecretRule } from '../rule.ts';
import { contentScanner } from '../scan-content.ts';
import { ALL_RULES, FORMAT_RULES } from './all-rules.ts';

const scanner = contentScanner(createMatcher(FORMAT_RULES, genericFinder), { context: true });

function found(example: Example, seed: string): string[] {
  const { file, text } = typeof example === 'string' ? { file: 'src/app.cfg', text: example } : example;
  const bytes = Buffer.from(expandExample(text, seed + text));
  const content = { read: (buffer: Uint8Array, at: number) => bytes.copy(buffer, 0, at) };
  return [...scanner.scan(content, fileFacts(file))].flatMap((one) =>
    one === 'pause' ? [] : [one.secret.rule.id],
  );
}

test('there are at least 150 rules, with ids that differ', () => {
  expect(ALL_RULES.length).toBeGreaterThanOrEqual(150);
  expect(new Set(ALL_RULES.map((rule) => rule.id)).size).toBe(ALL_RULES.length);
});

describe.each(ALL_RULES.map((rule): [string, SecretRule] => [rule.id, rule]))('%s', (id, rule) => {
  test('finds each of its examples', () => {
    expect(rule.examples.hit.length).toBeGreaterThan(0);
    for (const example of rule.examples.hit) {
      for (const seed of ['', 'again', 'third'])
        expect(found(example, seed), JSON.stringify(example)).toContain(id);
    }
  });

  test('leaves its look-alikes alone', () => {
    expect(rule.examples.ok.length).toBeGreaterThan(0);
    for (const example of rule.examples.ok)
      expect(found(example, ''), JSON.stringify(example)).not.toContain(id);
  });

  test('says what it is and what to do', () => {
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(rule.text.title.length).toBeGreaterThan(5);
    expect(rule.text.cwe?.length).toBeGreaterThan(0);
    for (const text of [rule.text.why, rule.text.fix]) expect(text).toMatch(/^[A-Z].*\.$/);
  });
});
