import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** docs/security.md says what is true only as long as what it points to is there. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
const rows = [...text.matchAll(/^\| (V[\d.]+) \| ([12]) \| (.+?) \| (\S+) \| (.+?) \|$/gm)].map(
  ([, number = '', level = '', words = '', verdict = '', evidence = '']) => ({
    number,
    level,
    words,
    verdict,
    evidence,
  }),
);

test('each of the 253 requirements of level 1 and 2 has one line with a verdict and its reason', () => {
  expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length);
  // ASVS 5.0.0: 70 of level 1 and 183 of level 2.
  expect([
    rows.filter(({ level }) => level === '1').length,
    rows.filter(({ level }) => level === '2').length,
  ]).toEqual([70, 183]);
  for (const { number, verdict, evidence } of rows) {
    expect(['yes', 'partly', 'no', 'n/a'], number).toContain(verdict);
    expect(evidence.length, number).toBeGreaterThan(3);
  }
  expect(text.match(/^\| V/gm)).toHaveLength(rows.length);
});

test('every file that it names exists, and what it names as a test is one', () => {
  const named = [...text.matchAll(/`((?:src|test|docs|bench)\/[\w./-]+)`/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(100);
  expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the numbers at the top are those of the table', () => {
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  expect(text).toContain(
    `Of ${rows.length} requirements: ${count('yes')} yes, ${count('partly')} partly, ${count('no')} no, ${count('n/a')} n/a.`,
  );
});
