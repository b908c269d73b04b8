import { expect, test } from 'vitest';
import type { WorkflowDefinition, WorkflowStep } from '../model/workflow.ts';
import { diffDefinitions } from './definition-diff.ts';

function step(name: string, more: Partial<WorkflowStep> = {}): WorkflowStep {
  return {
    ...{ name, task: 'cvss', operation: null, workflow: null, params: {}, depends_on: [], condition: null },
    ...{ for_each: null, concurrency: null, retry: { max: 0, backoff: 1000 }, timeout: null },
    ...{ continue_on_error: false, approval: null, wait: null, labels: {}, sample: null, line: 1 },
    ...more,
  };
}

function definition(steps: WorkflowStep[], more: Partial<WorkflowDefinition> = {}): WorkflowDefinition {
  return {
    ...{ name: 'x', description: '', author: null, tags: [], metadata: {}, inputs: {}, steps },
    ...{ on_failure: [], finally: [], outputs: {} },
    ...{ on: { manual: true, schedule: [], event: [], webhook: [] }, concurrency: null, max_parallel: null },
    ...{ timeout: null, fail_fast: false },
    ...more,
  };
}

test('steps that come, go, move and change are told, and where they stand in the file is not', () => {
  const before = definition([
    step('same'),
    step('changed', { params: { vector: 'a', overrides: 'b' } }),
    step('moved'),
    step('gone'),
  ]);
  const after = definition(
    [
      step('new'),
      step('changed', { params: { vector: 'c', overrides: 'b' }, timeout: 5 }),
      step('same', { line: 9 }),
    ],
    { finally: [step('moved')] },
  );
  expect(diffDefinitions(before, after)).toEqual({
    fields: [],
    steps: [
      { step: 'new', section: 'steps', change: 'added', fields: [] },
      {
        step: 'changed',
        section: 'steps',
        change: 'changed',
        fields: [
          { field: 'params.vector', before: 'a', after: 'c' },
          { field: 'timeout', before: null, after: 5 },
        ],
      },
      { step: 'gone', section: 'steps', change: 'removed', fields: [] },
      {
        step: 'moved',
        section: 'finally',
        change: 'moved',
        fields: [{ field: 'section', before: 'steps', after: 'finally' }],
      },
    ],
  });
});

test('fields of the workflow itself are told by their names', () => {
  const before = definition([step('a')], { tags: ['one'], outputs: { x: '1' } });
  const after = definition([step('a')], { tags: ['two'], outputs: { x: '1', y: '2' } });
  expect(diffDefinitions(before, after).fields).toEqual([
    { field: 'tags', before: ['one'], after: ['two'] },
    { field: 'outputs.y', before: null, after: '2' },
  ]);
  expect(diffDefinitions(after, after)).toEqual({ fields: [], steps: [] });
});
