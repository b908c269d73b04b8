import { expect, test } from 'vitest';
import type * as z from 'zod';
import { TASKS } from '../../plugins/tasks.ts';
import { formatWorkflow } from '../definition/format-workflow.ts';
import type { Known, KnownTask } from '../definition/known.ts';
import { readWorkflow } from '../definition/read-workflow.ts';
import { fixture, fixtureNames } from './read-fixture.ts';
import { renamed } from './renamed-tasks.ts';
import { retired } from './retired-tasks.ts';

// The real tasks: what is converted has to fit what they take and give.
const tasks = new Map<string, KnownTask>();
for (const [id, load] of Object.entries(TASKS)) {
  const task = (await load()).default;
  tasks.set(id, {
    title: task.title,
    needs: [...task.needs],
    params: task.params as z.ZodObject,
    output: task.output,
    rules: task.rules,
  });
}
const known: Known = {
  taskIds: () => [...tasks.keys()],
  task: (id) => tasks.get(id),
  retired,
  renamed,
  operationIds: () => [],
  operation: () => undefined,
  isRefused: () => false,
  workflowNames: () => [],
  workflow: () => undefined,
};

const USABLE = fixtureNames().filter((name) => !/^refused-|^retired-refused/.test(name));

test.each(USABLE)('%s can be run, and stays the same when it is written in the shape of today', (name) => {
  const { definition, problems, shape } = readWorkflow(fixture(name), known);
  expect(problems).toEqual([]);
  expect(shape).toBe('older');
  if (!definition) throw new Error('there is no definition');
  const again = readWorkflow(formatWorkflow(definition), known);
  expect(again.problems).toEqual([]);
  expect(again.shape).toBe('current');
  const plain = (text: unknown) =>
    JSON.parse(JSON.stringify(text, (key, part) => (key === 'line' ? undefined : part)));
  expect(plain(again.definition)).toEqual(plain(definition));
});

test.each(fixtureNames().filter((name) => name.startsWith('refused-')))(
  '%s is refused, each thing once',
  (name) => {
    const { definition, problems } = readWorkflow(fixture(name), known);
    expect(definition).toBeNull();
    const places = problems.map(({ line, column, code, message }) => [line, column, code, message]);
    expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(places.length);
    const lines = fixture(name).split('\n').length;
    for (const { line } of problems) expect(line).toSatisfy((at: number) => at >= 1 && at <= lines);
  },
);

test('a task that was left out on purpose refuses the file, by its own code', () => {
  const { definition, problems } = readWorkflow(fixture('retired-refused.yaml'), known);
  expect(definition).toBeNull();
  expect(problems.map(({ line, code }) => [line, code])).toEqual([
    [5, 'retired-task'],
    [8, 'retired-task'],
  ]);
});

test('with continue_on_error it is named before the start, and only its step fails', () => {
  const { definition, warnings } = readWorkflow(fixture('retired-tolerated.yaml'), known);
  expect(warnings.map(({ line, code }) => [line, code])).toEqual([
    [8, 'retired-task'],
    [12, 'retired-task'],
    [15, 'unknown-task'],
  ]);
  expect(definition?.steps.map((step) => [step.name, step.line])).toEqual([
    ['headers', 4],
    ['shellcode_generation', 7],
    ['movement', 11],
    ['fuzzing_test', 14],
  ]);
});

test('a problem of today stands at its line in the older file', () => {
  const source = [
    'name: wrong_types',
    'steps:',
    '  - name: score',
    '    task: cvss',
    '    params:',
    '      vektor: AV:N/AC:L/Au:N/C:C/I:C/A:C',
    '      vector: "{{later.output}}"',
    '    depends_on: [later]',
    '  - name: later',
    '    task: cvsss',
    '    depends_on: [score]',
  ].join('\n');
  const codes = readWorkflow(source, known).problems.map(({ line, code }) => [line, code]);
  expect(codes).toContainEqual([10, 'unknown-task']);
  expect(codes.some(([, code]) => code === 'cycle')).toBe(true);
});
