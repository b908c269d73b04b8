import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import bandit from './bandit/index.ts';
import hadolint from './hadolint/index.ts';
import sarif from './sarif/index.ts';
import { importReport } from './test-kit.ts';

type Json = Record<string, unknown>;

const GUID = '11111111-1111-4111-8111-111111111111';

function at(uri: string, region: Json = { startLine: 3 }): Json {
  return { locations: [{ physicalLocation: { artifactLocation: { uri }, region } }] };
}

function read(results: Json[]) {
  return importReport(sarif, {
    text: JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'T' } }, results }] }),
  });
}

const result = (more: Json): Json => ({
  ruleId: 'R',
  level: 'error',
  message: { text: 'm' },
  ...at('a.js'),
  ...more,
});

test('results of one guid: the very same is a duplicate, the others are read and told once', async () => {
  const { findings, skipped, problems, covered } = await read([
    result({ guid: GUID }),
    result({ guid: GUID }),
    result({ guid: GUID, ...at('b.js') }),
    result({ guid: GUID, ...at('c.js') }),
  ]);
  expect(findings).toHaveLength(3);
  expect(skipped).toMatchObject([
    { at: 'runs.0.results.1', reason: 'the same result stands in the report before' },
  ]);
  expect(problems).toMatchObject([
    {
      at: 'runs.0.results.2',
      message: expect.stringMatching(/guid .* So it is 2 times; this is the first/),
      lost: false,
    },
  ]);
  expect(covered, 'nothing is lost').toHaveLength(1);
});

test('of two severities at one place the higher counts, whichever comes first', async () => {
  for (const levels of [
    ['error', 'note'],
    ['note', 'error'],
  ]) {
    const { findings, skipped, problems, rules } = await read(levels.map((level) => result({ level })));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.severity ?? rules[0]?.text.severity).toBe('high');
    expect(skipped).toMatchObject([{ reason: 'the same result with another severity: the higher counts' }]);
    expect(problems.map(({ message }) => message)).toEqual([
      'A result stands in the report as high and as low: high counts.',
    ]);
  }
});

test('what contradicts far behind is kept beside it, and told', async () => {
  const between = Array.from({ length: 1200 }, (_, n) => result({ ...at(`f${n}.js`) }));
  const { findings, problems } = await read([result({ level: 'note' }), ...between, result({})]);
  expect(findings).toHaveLength(1202);
  expect(problems.map(({ message }) => message)).toEqual([
    'A result stands in the report as high and as low: high counts.',
  ]);
});

test('alike without a column both are kept, and a note says so', async () => {
  const { findings, problems, events } = await read([result({}), result({}), result({})]);
  expect(findings).toHaveLength(3);
  expect(problems).toEqual([]);
  expect(events.filter(({ type }) => type === 'note')).toMatchObject([
    { text: expect.stringContaining('2 results are in every part like another one') },
  ]);
});

test('levels, lines, ids, messages and paths against the standard: each is told once, and the result is read', async () => {
  const { findings, problems, rules } = await read([
    ...Array.from({ length: 12 }, (_, n) => result({ level: 'weird', ...at(`f${n}.js`) })),
    result({ level: 'constructor', ...at('k.js') }),
    result({ level: 'high', ...at('l.js') }),
    result({ level: 'note', ...at('n.js', { startLine: -5 }) }),
    result({ level: 'note', ruleId: 42, message: 'plain words', ...at('o.js') }),
    result({ level: 'note', ...at('../../etc/passwd') }),
    result({ level: 'note', ...at('src/../b.js') }),
  ]);
  const severity = (n: number) =>
    findings[n]?.severity ?? rules.find(({ id }) => id === findings[n]?.rule)?.text.severity;
  expect([severity(0), severity(12), severity(13)]).toEqual(['medium', 'medium', 'high']);
  expect(findings[14]?.at).toEqual({ kind: 'file', path: 'n.js' });
  expect(findings[15]).toMatchObject({ rule: '42', message: 'plain words' });
  expect(findings[16]?.at).toMatchObject({ path: 'etc/passwd' });
  const lines = problems.map((one) => `${one.at}: ${one.message}`);
  expect(lines).toEqual([
    expect.stringMatching(/^runs\.0\.results\.0: The level 'weird' .* medium is taken.* So it is 12 times/),
    expect.stringMatching(/results\.12: The level 'constructor' .* medium/),
    expect.stringMatching(/results\.13: The level 'high' .* high is taken/),
    expect.stringMatching(/results\.14: The startLine/),
    expect.stringMatching(/results\.15: The ruleId is a number/),
    expect.stringMatching(/results\.15: The message is a text/),
    expect.stringMatching(/results\.16: The path '\.\.\/\.\.\/etc\/passwd' leads out/),
  ]);
});

test('a severity that no tool uses is told once by every importer that reads words', async () => {
  const file = join(import.meta.dirname, 'bandit/fixtures/report.json');
  const text = readFileSync(file, 'utf8').replaceAll(/("issue_severity": )"\w+"/g, '$1"weird"');
  const { findings, problems, covered } = await importReport(bandit, { text });
  expect(findings.length).toBeGreaterThan(1);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain(
    `The severity 'weird' is unknown: medium is taken. So it is ${findings.length} times`,
  );
  expect(covered.length).toBeGreaterThan(0);
  const odd = [{ code: 'DL1', message: 'm', file: 'D', level: 'constructor', line: 1, column: 1 }];
  const linted = await importReport(hadolint, { text: JSON.stringify(odd) });
  expect(linted.findings).toMatchObject([{ severity: 'info' }]);
  expect(linted.problems).toMatchObject([
    { message: "The severity 'constructor' is unknown: info is taken." },
  ]);
});
