import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell } from './csv.ts';
import { code, md } from './markdown.ts';
import { analysisOf } from './vex.ts';

test('nothing in a CSV is a formula, and a cell is one cell', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', "  =cmd|' /C calc'!A0", '＝1', '|x'])
    expect(csvCell(text)).toMatch(/^"'/);
  expect(csvCell('plain text')).toBe('plain text');
  expect(csvCell('a,"b"\nc')).toBe('"a,""b""\nc"');
  expect([csvCell(null), csvCell(-3)]).toEqual(['', '-3']);
});

test('text in Markdown is text: no markup, no HTML, no link, no mention', () => {
  expect(md('<img src=x> *a* [b](http://c) @ada')).toBe(
    '&lt;img src=x&gt; \\*a\\* \\[b\\]\\(http\u200b://c\\) @\u200bada',
  );
  expect(md('- one\n# two')).toBe('\\- one \\# two');
  expect(md('1. one')).toBe('1\\. one');
  fc.assert(
    fc.property(fc.string(), (text) => {
      const shown = md(text);
      expect(shown).not.toMatch(/[<>]/);
      expect(shown).not.toMatch(/(?<!\\)[`|]/);
      expect(shown).not.toContain('\n');
    }),
  );
});

test('code in Markdown has more backticks around it than in it', () => {
  expect(code('a`b')).toBe('``a`b``');
  expect(code('`')).toBe('`` ` ``');
});

test('what was decided about a vulnerability in the words of CycloneDX', () => {
  const decided = (status: 'false-positive' | 'risk-accepted' | 'open' | 'fixed', reason: string | null) =>
    analysisOf({
      status,
      closed: null,
      decision: { time: 0, actor: 'ada', source: 'human', status, reason, comment: 'so it is', until: null },
    });
  expect(decided('open', null)).toEqual({ state: 'in_triage' });
  expect(decided('false-positive', 'unreachable')).toEqual({
    state: 'not_affected',
    justification: 'code_not_reachable',
    detail: 'unreachable: so it is',
  });
  expect(decided('false-positive', 'wrong-rule')).toMatchObject({ state: 'false_positive' });
  expect(decided('risk-accepted', 'planned')).toMatchObject({
    state: 'exploitable',
    response: ['will_not_fix'],
  });
  expect(decided('fixed', null)).toMatchObject({ state: 'resolved' });
});
