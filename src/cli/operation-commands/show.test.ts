import { expect, test } from 'vitest';
import * as z from 'zod';
import { OPERATIONS } from '../../operations/all.ts';
import type { AnyOperation } from '../../operations/operation.ts';
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

test('a sentence in a table is never cut', () => {
  const says = 'same rule, place and key, whatever the line or the version, and a few words more than fit';
  const text = readable(terminal, entry('things.get'), {
    id: ID,
    prints: [{ kind: 'moved', value: 'a9f5f486d1bb2f650d59f18fd6e069b3', says }],
  });
  expect(text).toContain(says);
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

test('times and durations are written for people, and what is counted under the same name stays a number', () => {
  const time = Date.UTC(2026, 10, 26, 12);
  const list = readable(terminal, entry('workers.list'), {
    items: [{ id: ID, role: 'server', heartbeat: time, jitter: 432_000_000 }],
    nextCursor: null,
  });
  expect(list).toMatch(/2026-11-2\d \d\d:\d\d:\d\d/);
  expect(list).toContain('120 h 0 min');
  const facts = readable(terminal, entry('system.check'), {
    ok: true,
    checked: time,
    medianMs: 1_500,
    jitter: 0,
  });
  expect(facts).toMatch(/checked +2026-11-2/);
  expect(facts).toMatch(/median ms +1\.5 s/);
  expect(facts).toMatch(/jitter +none/);
  expect(readable(terminal, entry('things.get'), { checked: 12 })).toMatch(/checked +12$/m);
});

test('no time or duration that an operation declares is printed as a bare number', () => {
  const time = Date.UTC(2026, 10, 26, 12);
  const bare: string[] = [];
  for (const operation of OPERATIONS as readonly AnyOperation[]) {
    const schema = z.toJSONSchema(operation.output, { unrepresentable: 'any', io: 'output' });
    const parts = [schema, itemOf(schema)];
    for (const part of parts)
      for (const [key, value] of Object.entries(part?.properties ?? {})) {
        const text = JSON.stringify(value);
        if (!/"description":"(Milliseconds|When )/.test(text) || !/"integer"/.test(text)) continue;
        if (text.includes('"properties"')) continue;
        const shown = readable(terminal, entry('things.get'), { [key]: time });
        if (shown.includes(String(time))) bare.push(`${operation.id}: ${key}`);
      }
  }
  expect(bare).toEqual([]);
});

interface Part {
  properties?: Record<string, unknown>;
}

function itemOf(schema: unknown): Part | undefined {
  return (schema as { properties?: { items?: { items?: Part } } }).properties?.items?.items;
}
