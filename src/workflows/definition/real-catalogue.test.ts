import { expect, it } from 'vitest';
import { loadTasks } from '../../engine/tasks.ts';
import { OPERATIONS } from '../../operations/all.ts';
import type { AnyOperation } from '../../operations/operation.ts';
import { operationForSteps } from '../../operations/step.ts';
import { formatDocument } from './format-workflow.ts';
import type { Known } from './known.ts';
import { readWorkflow } from './read-workflow.ts';
import { KNOWN } from './test-known.ts';
import { jsonSchemaOf, typeOfSchema } from './types.ts';

const tasks = new Map((await loadTasks()).map((task) => [task.id, task]));
const operations: readonly AnyOperation[] = OPERATIONS;
const REAL: Known = {
  ...KNOWN,
  taskIds: () => [...tasks.keys()],
  task: (id) => tasks.get(id),
  operationIds: () => operations.filter(({ id }) => operationForSteps(id)).map(({ id }) => id),
  operation: operationForSteps,
  isRefused: (id) => operations.some((one) => one.id === id) && !operationForSteps(id),
};

it('takes the examples of every task as parameters', () => {
  for (const task of tasks.values())
    for (const example of task.examples) {
      const source = formatDocument({
        name: 'x',
        steps: [{ name: 'a', task: task.id, params: example.params }],
      });
      expect(readWorkflow(source, REAL).problems, `${task.id}: ${example.title}`).toEqual([]);
    }
});

it('refuses what every task does not have', () => {
  for (const task of tasks.values()) {
    const source = formatDocument({
      name: 'x',
      steps: [{ name: 'a', task: task.id, params: { ...task.examples[0]?.params, nope: 1 } }],
    });
    expect(readWorkflow(source, REAL).problems, task.id).toMatchObject([
      { code: 'invalid-parameter', field: 'steps.0.params.nope', line: expect.any(Number) as number },
    ]);
  }
});

it('knows what every task and operation gives', () => {
  for (const task of tasks.values())
    if (task.output) expect(typeOfSchema(jsonSchemaOf(task.output, 'output')).kind).toBe('map');
  for (const id of REAL.operationIds()) {
    const operation = REAL.operation(id);
    expect(operation && typeOfSchema(jsonSchemaOf(operation.output, 'output')), id).toBeDefined();
  }
});

it('refuses each operation that a workflow may not do, and names the parameters of the others', () => {
  const problems = (id: string, params = {}) =>
    readWorkflow(formatDocument({ name: 'x', steps: [{ name: 'a', operation: id, params }] }), REAL).problems;
  const refused = operations.filter(({ id }) => !operationForSteps(id));
  expect(refused.length).toBeGreaterThan(20);
  for (const { id } of refused) expect(problems(id), id).toMatchObject([{ code: 'forbidden-operation' }]);
  for (const id of REAL.operationIds())
    for (const one of problems(id))
      expect(['missing', 'invalid-parameter'], `${id}: ${one.message}`).toContain(one.code);
  expect(problems('findings.list', { q: 'severity:high', limit: 10 })).toEqual([]);
  expect(problems('findings.list', { limt: 10 })[0]?.message).toContain("did you mean 'limit'?");
});
