import type { WorkflowDefinition, WorkflowStep } from '../../../src/model/workflow.ts';
import { definitionOf, stepOf, textInput } from '../../workflows/trigger-world.ts';
import type { Plan, PlannedStep } from './plan.ts';

export const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
export const TAKEN = 'taken-for-ever';
export const SLOW_STEP_MS = 250;

/** What a step makes, and makes once. */
export function slugOf(seed: number, step: string, item?: number): string {
  return item === undefined ? `k${seed}-${step}` : `k${seed}-${step}-${item}`;
}

export function hostOf(seed: number, step: string): string {
  return `k${seed}-${step}.example.test`;
}

/** The plan as a document that the engine runs; `target` is a small folder of its own. */
export function definitionFor(plan: Plan, target: string): WorkflowDefinition {
  const translate = (list: readonly PlannedStep[]) => list.map((step) => toStep(plan.seed, step, target));
  return definitionOf({
    name: `seed-${plan.seed}`,
    steps: translate(plan.steps),
    on_failure: translate(plan.onFailure),
    finally: translate(plan.finally),
    max_parallel: plan.maxParallel,
    timeout: plan.timeoutMs,
  });
}

function toStep(seed: number, step: PlannedStep, target: string): WorkflowStep {
  return stepOf({
    name: step.name,
    depends_on: step.needs,
    condition: conditionOf(step),
    continue_on_error: step.goOn,
    retry: { max: step.retries, backoff: 40 },
    ...actionOf(seed, step, target),
  });
}

function conditionOf({ condition }: PlannedStep): string | null {
  if (condition === null) return null;
  return typeof condition === 'boolean'
    ? `${condition} == true`
    : `steps["${condition.done}"].status == 'done'`;
}

function actionOf(seed: number, step: PlannedStep, target: string): Record<string, unknown> {
  const score = (vector: string) => ({ task: 'cvss', params: { vector } });
  const create = (slug: string) => ({ operation: 'projects.create', params: { slug } });
  const kid = (workflow: string) => ({ workflow, params: { slug: slugOf(seed, step.name) } });
  switch (step.does) {
    case 'score':
      return score(VECTOR);
    case 'bad-score':
      return score('nonsense');
    case 'scan':
      return { task: 'secrets-scan', params: { path: target } };
    case 'create':
    case 'retried':
      return create(slugOf(seed, step.name));
    case 'refused':
      return create(TAKEN);
    case 'read':
      return { operation: 'runs.list', params: { limit: 1 } };
    case 'run':
      return { operation: 'runs.start', params: { task: 'cvss', params: { vector: VECTOR } } };
    case 'add':
      return { operation: 'scope.add', params: { kind: 'host', value: hostOf(seed, step.name) } };
    case 'remove':
      return { operation: 'scope.remove', params: { id: filled(`steps.${step.needs[0]}.output.id`) } };
    case 'kid':
      return kid('kid');
    case 'bad-kid':
      return kid('bad-kid');
    case 'slow':
      return { ...kid('slow-kid'), timeout: SLOW_STEP_MS, retry: { max: 0, backoff: 0 } };
    case 'wait':
      return { wait: { until: `${step.waitMs}ms`, event: null, timeout: null } };
    case 'event':
      return { wait: { until: null, event: { type: 'scope.added', query: null }, timeout: null } };
    case 'approved':
      return { ...create(slugOf(seed, step.name)), approval: { roles: [], timeout: null, message: null } };
    case 'rejected':
      return { ...score(VECTOR), approval: { roles: [], timeout: null, message: null } };
    case 'items':
      return {
        task: 'cvss',
        params: { vector: filled('item') },
        for_each: step.items.map((fails) => (fails ? 'nonsense' : VECTOR)),
        concurrency: step.concurrency,
      };
    case 'create-items':
      return {
        operation: 'projects.create',
        params: { slug: filled('item') },
        for_each: step.items.map((_, item) => slugOf(seed, step.name, item)),
        concurrency: step.concurrency,
      };
  }
}

function filled(expression: string): string {
  return `\${{ ${expression} }}`;
}

const inputs = { slug: textInput() };
const make = stepOf({ name: 'make', operation: 'projects.create', params: { slug: filled('inputs.slug') } });
const score = stepOf({ name: 'score', task: 'cvss', params: { vector: VECTOR } });

/** Workflows that steps of seeds start, and what a trigger and the schedules start. */
export const STORED: readonly WorkflowDefinition[] = [
  definitionOf({ name: 'kid', inputs, steps: [score, { ...make, depends_on: ['score'] }] }),
  definitionOf({
    name: 'bad-kid',
    inputs,
    steps: [stepOf({ name: 'bad', task: 'cvss', params: { vector: 'nonsense' } })],
    finally: [make],
  }),
  definitionOf({
    name: 'slow-kid',
    inputs,
    steps: [stepOf({ name: 'long', wait: { until: '1d', event: null, timeout: null } })],
    finally: [make],
  }),
  definitionOf({ name: 'triggered', steps: [score] }),
  definitionOf({ name: 'scheduled', steps: [score] }),
];
