import type { Engine } from '../../engine/engine.ts';
import { fill } from '../../lib/cel/template.ts';
import { SentinelError } from '../../lib/errors.ts';
import {
  type CodedError,
  SECTIONS,
  type WorkflowDefinition,
  type WorkflowStep,
} from '../../model/workflow.ts';
import { checkInputs } from '../definition/inputs.ts';
import { namesIn } from './scope.ts';

export interface PlannedStep {
  step: string;
  section: (typeof SECTIONS)[number];
  /** `task:http-check`, `operation:runs.list`, `workflow:nightly`, `wait`, `approval`. */
  does: string;
  needs: string[];
  /** Powers of the task. */
  powers: string[];
  /** Labels that a worker must have. */
  labels: Record<string, string>;
  /** What it would look at; null when that is known only when it runs. */
  target: string | null;
  condition: string | null;
  /** Filled in as far as the inputs say. */
  params: Record<string, unknown> | null;
  /** Why it would be refused as things are now. */
  problem: CodedError | null;
}

/** What would run, where and with which powers, as far as it can be known before anything has run. Nothing is done. */
export async function dryRun(
  engine: Engine,
  definition: WorkflowDefinition,
  order: { inputs: Record<string, unknown>; principal: string; project: string },
): Promise<{ inputs: Record<string, unknown>; steps: PlannedStep[] }> {
  const inputs = checkInputs(definition, order.inputs);
  const steps: PlannedStep[] = [];
  for (const section of SECTIONS)
    for (const step of definition[section])
      steps.push({ ...(await planned(engine, step, { ...order, inputs })), section });
  return { inputs, steps };
}

async function planned(
  engine: Engine,
  step: WorkflowStep,
  order: { inputs: Record<string, unknown>; principal: string; project: string },
): Promise<Omit<PlannedStep, 'section'>> {
  const names = namesIn(step.params);
  const known = step.for_each === null && names.every(([root]) => root === 'inputs' || root === 'secrets');
  const base = {
    step: step.name,
    does: doesOf(step),
    needs: [...step.depends_on],
    labels: { ...step.labels },
    condition: step.condition,
    powers: [] as string[],
    target: null as string | null,
    params: null as Record<string, unknown> | null,
    problem: null as CodedError | null,
  };
  try {
    if (known) base.params = fill(step.params, { inputs: order.inputs }).value as Record<string, unknown>;
    if (step.task === null) return base;
    const task = await engine.catalogue.load(step.task);
    base.powers = [...task.needs];
    if (base.params === null) return base;
    const principal = {
      id: order.principal,
      local: order.principal.startsWith('local:'),
      project: order.project,
    };
    base.target = (await engine.check(step.task, base.params, principal)).target?.label ?? null;
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    base.problem = { code: error.code, message: error.message };
  }
  return base;
}

function doesOf(step: WorkflowStep): string {
  if (step.task !== null) return `task:${step.task}`;
  if (step.operation !== null) return `operation:${step.operation}`;
  if (step.workflow !== null) return `workflow:${step.workflow}`;
  return step.approval !== null ? 'approval' : 'wait';
}
