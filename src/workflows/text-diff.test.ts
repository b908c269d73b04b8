import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from './text-diff.ts';

const names = { before: 'a', after: 'b' };

test('what differs is shown with three lines around it', () => {
  const before = Array.from({ length: 12 }, (_, index) => `line ${index}`).join('\n');
  expect(unifiedDiff(before, before.replace('line 6', 'six'), names)).toBe(
    [
      '--- a',
      '+++ b',
      '@@ -4,7 +4,7 @@',
      ...[' line 3', ' line 4', ' line 5', '-line 6', '+six', ' line 7', ' line 8', ' line 9', ''],
    ].join('\n'),
  );
  expect(unifiedDiff(before, before, names)).toBe('');
});

test('the diff turns the one text into the other, whatever they are', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '  d: 1', '', '- e'), { maxLength: 40 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(patched(before, unifiedDiff(before, after, names))).toBe(after);
    }),
  );
});

/** As `patch` does it: by the line numbers of each hunk; what is taken away must be there. */
function patched(before: string, diff: string): string {
  const olds = before.split('\n').slice(0, -1);
  const news: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(line);
    if (head) {
      const start = Number(head[1]) - (head[2] === '0' ? 0 : 1);
      news.push(...olds.slice(at, start));
      at = start;
      continue;
    }
    if (line[0] === '+') news.push(line.slice(1));
    else {
      expect(olds[at]).toBe(line.slice(1));
      at += 1;
      if (line[0] === ' ') news.push(line.slice(1));
    }
  }
  return [...news, ...olds.slice(at)].map((line) => `${line}\n`).join('');
}

test('two long texts that have nothing in common end soon', () => {
  const long = (word: string) => Array.from({ length: 20_000 }, (_, index) => `${word} ${index}`).join('\n');
  const started = performance.now();
  const diff = unifiedDiff(long('one'), long('two'), names);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(diff.split('\n').length).toBe(40_004);
});
