import { bareExpression } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { Section, WorkflowStep } from '../../model/workflow.ts';
import { MOST_ITEMS, StepName } from '../../model/workflow.ts';
import { type Fields, fieldsOf, isRecord } from './fields.ts';
import { short } from './inputs.ts';
import type { Path } from './problem.ts';
import { readApproval, readRetry, readWait } from './read-gates.ts';
import type { Reading } from './reading.ts';

export const STEP_KEYS = [
  'name',
  'task',
  'operation',
  'workflow',
  'params',
  'depends_on',
  'condition',
  'for_each',
  'concurrency',
  'retry',
  'timeout',
  'continue_on_error',
  'approval',
  'wait',
  'labels',
  'sample',
] as const;
export const ACTIONS = ['task', 'operation', 'workflow'] as const;

/** A step with the place where it stands. */
export interface PlacedStep {
  step: WorkflowStep;
  path: Path;
  section: Section;
}

export function readSteps(reading: Reading, value: unknown, section: Section): PlacedStep[] {
  const path = [section];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    reading.problem(path, 'wrong-value', `'${section}' expects a list of steps: each begins with '- name:'.`);
    return [];
  }
  return value.flatMap((one, index) => {
    const at = [...path, index];
    if (isRecord(one)) return [{ step: readStep(reading, one, at), path: at, section }];
    reading.problem(at, 'wrong-value', `A step has a name and an action, and is not ${short(one)}.`);
    return [];
  });
}

function readStep(reading: Reading, value: Record<string, unknown>, path: Path): WorkflowStep {
  const fields = fieldsOf(reading, value, { path, what: 'A step', keys: STEP_KEYS });
  const step: WorkflowStep = {
    name: readName(reading, fields),
    task: fields.text('task'),
    operation: fields.text('operation'),
    workflow: fields.text('workflow'),
    params: fields.record('params'),
    depends_on: [...new Set(fields.texts('depends_on'))],
    condition: readCondition(reading, fields),
    for_each: readForEach(reading, fields),
    concurrency: fields.count('concurrency', { min: 1, max: MOST_ITEMS }),
    retry: readRetry(reading, fields),
    timeout: fields.duration('timeout'),
    continue_on_error: fields.flag('continue_on_error') ?? false,
    approval: readApproval(reading, fields),
    wait: readWait(reading, fields),
    labels: readLabels(reading, fields),
    sample: readSample(reading, fields),
    line: reading.lineOf(path),
  };
  checkAction(reading, step, fields);
  return step;
}

/** Steps stand by name in objects. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

function readName(reading: Reading, fields: Fields): string {
  const name = fields.text('name');
  if (name !== null && StepName.safeParse(name).success && !RESERVED.includes(name)) return name;
  if (fields.raw('name') === undefined)
    reading.problem(fields.path, 'missing', 'A step needs a name: others refer to it as steps.NAME.');
  else if (name !== null)
    reading.problem(
      fields.at('name'),
      'invalid-name',
      `A step has a name of letters, digits, _ and - that does not begin with a digit, not ${short(name)}.`,
    );
  // Keeps its place, so that the rest of the step is checked in the same go.
  return `unnamed-${fields.path.join('-')}`;
}

function checkAction(reading: Reading, step: WorkflowStep, fields: Fields): void {
  const given = ACTIONS.filter((action) => fields.raw(action) !== undefined);
  const [first, second] = given;
  if (second !== undefined)
    reading.problem(
      fields.at(second),
      'several-actions',
      `Step '${step.name}' has ${given.map((one) => `'${one}'`).join(' and ')}; a step does one thing. Make two steps of it.`,
    );
  if (first !== undefined) return;
  const gates = fields.raw('wait') !== undefined || step.approval !== null;
  if (!gates)
    reading.problem(
      fields.path,
      'no-action',
      `Step '${step.name}' does nothing. Give it a 'task', an 'operation' or a 'workflow', or let it 'wait' or ask for an 'approval'.`,
    );
  for (const key of ['params', 'for_each', 'concurrency', 'retry', 'timeout'] as const)
    if (gates && fields.raw(key) !== undefined)
      reading.problem(
        fields.at(key),
        'no-action',
        `'${key}' belongs to an action, and step '${step.name}' has none.`,
      );
}

function readCondition(reading: Reading, fields: Fields): string | null {
  const value = fields.raw('condition');
  if (typeof value === 'boolean') return String(value);
  const text = fields.text('condition');
  return text === null ? null : bare(reading, text, fields.at('condition'));
}

function bare(reading: Reading, text: string, path: Path): string | null {
  try {
    return bareExpression(text);
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    reading.problem(path, 'invalid-expression', error.message);
    return null;
  }
}

function readForEach(reading: Reading, fields: Fields): WorkflowStep['for_each'] {
  const value = fields.raw('for_each');
  const at = fields.at('for_each');
  if (Array.isArray(value)) {
    if (value.length <= MOST_ITEMS) return value;
    const message = `'for_each' has ${value.length} items, and ${MOST_ITEMS} are the most. Give one step the whole list.`;
    reading.problem(at, 'too-many-items', message);
    return [];
  }
  const text = typeof value === 'string' ? fields.text('for_each') : null;
  if (text !== null) return bare(reading, text, at);
  if (value !== undefined)
    reading.problem(
      at,
      'wrong-value',
      `'for_each' expects a list or an expression that gives one, not ${short(value)}.`,
    );
  return null;
}

const LABEL = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;

function readLabels(reading: Reading, fields: Fields): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields.record('labels'))) {
    const at = [...fields.at('labels'), name];
    if (!LABEL.test(name))
      reading.problem(
        at,
        'invalid-name',
        `A label has a name of letters, digits and . _ / -, not ${short(name)}.`,
      );
    else if (typeof value !== 'string' || !LABEL.test(value))
      reading.problem(
        at,
        'wrong-value',
        `The label '${name}' expects a short text such as 'linux', not ${short(value)}.`,
      );
    else labels[name] = value;
  }
  return labels;
}

function readSample(reading: Reading, fields: Fields): WorkflowStep['sample'] {
  const value = fields.raw('sample');
  if (value === undefined) return null;
  if (!isRecord(value)) {
    reading.problem(
      fields.at('sample'),
      'wrong-value',
      `'sample' expects an output or findings, not ${short(value)}.`,
    );
    return null;
  }
  const sample = fieldsOf(reading, value, {
    path: fields.at('sample'),
    what: 'A sample',
    keys: ['output', 'findings'],
  });
  const findings = sample.raw('findings');
  const isList = Array.isArray(findings) && findings.every(isRecord);
  if (findings !== undefined && !isList)
    reading.problem(
      sample.at('findings'),
      'wrong-value',
      `'findings' of a sample expects a list of findings.`,
    );
  return {
    ...(Object.hasOwn(value, 'output') ? { output: value.output } : {}),
    ...(isList ? { findings } : {}),
  };
}
