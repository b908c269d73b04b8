import type { WorkflowDefinition, WorkflowInput, WorkflowStep } from '../../model/workflow.ts';
import type { Known } from './known.ts';
import type { PlacedStep } from './read-step.ts';
import {
  ANY,
  BOOL,
  closedMap,
  INT,
  jsonSchemaOf,
  listOf,
  OPEN_MAP,
  STRING,
  type Type,
  typeOfSchema,
} from './types.ts';

/** A finding as an expression sees it. */
export const FINDING = closedMap({
  id: STRING,
  rule: STRING,
  task: STRING,
  title: STRING,
  message: STRING,
  severity: STRING,
  confidence: STRING,
  status: STRING,
  place: STRING,
  location: ANY,
  change: STRING,
});

const COUNTS: Type = { kind: 'map', fields: {}, open: true };
const ERROR = closedMap({ code: STRING, message: STRING });

export function inputTypes(inputs: WorkflowDefinition['inputs']): Type {
  return closedMap(
    Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, inputType(input)])),
  );
}

function inputType(input: WorkflowInput): Type {
  if (input.type === 'array') return listOf(input.items === null ? ANY : typeOfSchema({ type: input.items }));
  return input.type === 'object' ? OPEN_MAP : typeOfSchema({ type: input.type });
}

/** What `run` and `trigger` are. */
export const RUN = closedMap({ id: STRING, name: STRING, started: STRING, project: STRING });
export const TRIGGER: Type = { kind: 'map', fields: { kind: STRING, id: STRING }, open: true };

export function stepTypes(placed: readonly PlacedStep[], known: Known): Readonly<Record<string, Type>> {
  return Object.fromEntries(placed.map(({ step }) => [step.name, stepType(step, known)]));
}

function stepType(step: WorkflowStep, known: Known): Type {
  const output = outputType(step, known);
  const one = { status: STRING, output, error: ERROR, run: STRING, attempt: INT, counts: COUNTS };
  const pinned = step.sample?.findings !== undefined;
  const common = {
    ...one,
    ended: BOOL,
    findings: listOf(pinned ? OPEN_MAP : FINDING),
  };
  if (step.for_each === null) return closedMap(common);
  return closedMap({ ...common, output: listOf(output), items: listOf(closedMap({ ...one, item: ANY })) });
}

function outputType(step: WorkflowStep, known: Known): Type {
  if (step.task !== null) {
    const task = known.task(step.task);
    return task?.output ? typeOfSchema(jsonSchemaOf(task.output, 'output')) : ANY;
  }
  if (step.operation !== null) {
    const operation = known.operation(step.operation);
    return operation ? typeOfSchema(jsonSchemaOf(operation.output, 'output')) : ANY;
  }
  const child = step.workflow === null ? undefined : known.workflow(step.workflow);
  // What a waiting step gives is the event, or what the person who decided said.
  return child ? closedMap(Object.fromEntries(child.outputs.map((name) => [name, ANY]))) : ANY;
}
