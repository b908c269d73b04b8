import { expect, test } from 'vitest';
import { tidyFinding, tidyId, tidyRule } from './tidy.ts';

const HOSTILE = 'a\u001b[2Jb\u202ec';
const VISIBLE = 'a\\u001b[2Jb\\u202ec';

test('rules of a report bring no terminal escapes and no turned text: reports and lists show them as they are stored', () => {
  expect(tidyId(` ${HOSTILE}\r\nhigh  forged `)).toBe(`${VISIBLE} high forged`);
  const rule = tidyRule({
    title: HOSTILE,
    severity: 'high',
    why: HOSTILE,
    fix: `${HOSTILE}\r\nnext`,
    tags: [HOSTILE],
    references: [HOSTILE],
  });
  expect(rule).toMatchObject({
    title: VISIBLE,
    why: VISIBLE,
    fix: `${VISIBLE}\nnext`,
    tags: [VISIBLE],
    references: [VISIBLE],
  });
});

test('texts of a finding are cut at their length, and say how much is missing', () => {
  const finding = tidyFinding({
    type: 'finding',
    rule: 'r',
    at: { kind: 'file', path: 'a.py' },
    key: [],
    message: `${HOSTILE}${'x'.repeat(20_000)}`,
  });
  expect(finding?.message).toContain(VISIBLE);
  expect(finding?.message).toMatch(/… \(\d+ more characters\)$/);
});
