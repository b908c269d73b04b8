import { expect, test } from 'vitest';
import type { Terminal } from '../terminal.ts';
import { openTerminal } from '../terminal.ts';
import type { OperationEntry } from './entry.ts';
import { readable } from './show.ts';

const terminal: Terminal = {
  ...openTerminal(process.stdout, { color: false }),
  width: 80,
  interactive: false,
};
const entry = (operation: string): OperationEntry => ({
  operation,
  command: 'thing list',
  summary: 'Things',
  method: 'GET',
  path: '/things',
  permission: 'self',
  fields: [],
});
const ID = 'usr_01a21395-d23b-7000-8385-5003e6425682';

test('a list is a table: names first, ids by their end, nothing that is unknown or no everywhere', () => {
  const text = readable(terminal, entry('things.list'), {
    items: [
      {
        id: ID,
        login: 'ada',
        email: '',
        disabled: false,
        created: 0,
        grants: [{ role: 'admin', project: '*' }],
      },
      { id: ID, login: 'bob', email: '', disabled: false, created: 0, grants: [] },
    ],
    nextCursor: 'abc',
  });
  const [head, first, , more] = text.split('\n');
  expect(head).toMatch(/^LOGIN +GRANTS +ID +CREATED$/);
  expect(first).toMatch(/^ada +admin +e6425682 +\d{4}-/);
  expect(more).toBe('there are more: --all, or --cursor abc');
});

test('control characters of what others named are shown, not obeyed', () => {
  const text = readable(terminal, entry('things.list'), {
    items: [{ name: '\u001b[31mred' }],
    nextCursor: null,
  });
  expect(text).not.toContain('\u001b');
  expect(text).toContain('\\u001b[31mred');
});

test('a thing is facts, lists in it are tables, an empty answer is done', () => {
  const text = readable(terminal, entry('things.get'), {
    name: 'x',
    nothing: null,
    on: true,
    inside: { mustChange: false },
    parts: [{ name: 'one' }],
  });
  expect(text).toBe('name  x\non    yes\n\ninside\n  must change  no\n\nparts (1 entry)\n  NAME\n  one');
  expect(readable(terminal, entry('things.remove'), {})).toBe('done: thing list');
});

test('a broken audit chain is said in words and is a failure', () => {
  const broken = {
    ok: false,
    entries: 3,
    problems: [{ seq: 2, problem: 'was altered' }],
    anchoredUpTo: 1,
    anchors: 1,
  };
  const text = readable(terminal, entry('audit.verify'), broken);
  expect(text).toMatch(/^NOT intact: 1 problem in 3 entries\n +ENTRY +PROBLEM\n +2 +was altered/);
});
