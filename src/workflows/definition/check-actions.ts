import * as z from 'zod';
import { references } from '../../lib/cel/template.ts';
import type { FieldProblem } from '../../lib/errors.ts';
import { fieldProblems } from '../../lib/field-problems.ts';
import type { WorkflowDefinition } from '../../model/workflow.ts';
import type { TypedExpression } from './check-expressions.ts';
import { suggestion } from './check-graph.ts';
import { isRecord } from './fields.ts';
import { inputSchema, short, wrongValue } from './inputs.ts';
import type { KnownOperation, KnownTask } from './known.ts';
import type { Path } from './problem.ts';
import type { PlacedStep } from './read-step.ts';
import type { Reading } from './reading.ts';
import { accepts, type JsonSchema, jsonSchemaOf, STRING, schemaAt, schemaWords, typeWords } from './types.ts';

/** That what a step does is there and may be done, and that its parameters are ones of it. */
export function checkActions(
  reading: Reading,
  {
    name,
    placed,
    expressions,
  }: { name: string; placed: readonly PlacedStep[]; expressions: readonly TypedExpression[] },
): void {
  const byStep = new Map<PlacedStep, TypedExpression[]>();
  for (const one of expressions) {
    if (one.of === null || one.use !== 'params') continue;
    const list = byStep.get(one.of) ?? [];
    list.push(one);
    byStep.set(one.of, list);
  }
  for (const one of placed) {
    const mine = byStep.get(one) ?? [];
    const { task, operation, workflow } = one.step;
    if (task !== null) checkTask(reading, one, { id: task, expressions: mine });
    else if (operation !== null) checkOperation(reading, one, { id: operation, expressions: mine });
    else if (workflow !== null) checkWorkflow(reading, one, { id: workflow, own: name, expressions: mine });
  }
}

interface Action {
  id: string;
  expressions: readonly TypedExpression[];
}

function checkTask(reading: Reading, one: PlacedStep, { id, expressions }: Action): void {
  const { known } = reading;
  const task = known.task(id);
  if (task) {
    checkValues(reading, one, { schema: strictOf(task), values: one.step.params, expressions });
    return;
  }
  const retired = known.retired(id);
  const renamed = known.renamed(id);
  const what = retired
    ? `The task '${short(id).slice(1, -1)}' was left out on purpose: ${retired}. Remove the step.`
    : `There is no task ${short(id)}: ${renamed ? `it is called '${renamed}' now.` : suggestion(reading, id, known.taskIds())}`;
  const at = [...one.path, 'task'];
  const code = retired ? 'retired-task' : 'unknown-task';
  if (one.step.continue_on_error)
    reading.warning(
      at,
      code,
      `${what} Step '${one.step.name}' fails when it runs; 'continue_on_error' lets the rest go on.`,
    );
  else reading.problem(at, code, what);
}

function checkOperation(reading: Reading, one: PlacedStep, { id, expressions }: Action): void {
  const { known } = reading;
  const operation = known.operation(id);
  const at = [...one.path, 'operation'];
  if (!operation) {
    if (known.isRefused(id))
      reading.problem(
        at,
        'forbidden-operation',
        `A workflow may not do '${id}': it is about one's own account or signing in, needs a person who proves who they are, or takes or gives a file.`,
      );
    else
      reading.problem(
        at,
        'unknown-operation',
        `There is no operation ${short(id)}: ${suggestion(reading, id, known.operationIds())}`,
      );
    return;
  }
  checkOperationParams(reading, one, { operation, expressions });
}

/** One flat object: a name belongs to the path, the query or the body, in this order. */
function checkOperationParams(
  reading: Reading,
  one: PlacedStep,
  { operation, expressions }: { operation: KnownOperation; expressions: readonly TypedExpression[] },
): void {
  const { params } = one.step;
  const parts = [operation.pathParams, operation.query];
  const hasBody = operation.method !== 'GET' && operation.method !== 'DELETE';
  const ofBody = Object.keys(params).filter((name) => !parts.some((part) => Object.hasOwn(part.shape, name)));
  for (const part of parts) {
    const mine = Object.fromEntries(
      Object.entries(params).filter(([name]) => Object.hasOwn(part.shape, name)),
    );
    checkValues(reading, one, { schema: part, values: mine, expressions });
  }
  const values = Object.fromEntries(ofBody.map((name) => [name, params[name]]));
  if (hasBody && operation.body instanceof z.ZodObject) {
    checkValues(reading, one, { schema: strictOf({ params: operation.body }), values, expressions });
    return;
  }
  if (hasBody && !(operation.body instanceof z.ZodUnknown)) {
    checkValues(reading, one, {
      schema: operation.body,
      values: ofBody.length > 0 ? values : undefined,
      expressions,
    });
    return;
  }
  const names = parts.flatMap((part) => Object.keys(part.shape));
  for (const name of ofBody)
    reading.problem(
      [...one.path, 'params', name],
      'invalid-parameter',
      `'${name.slice(0, 60)}' is not a parameter of ${one.step.operation}: ${suggestion(reading, name, names)}`,
    );
}

function checkWorkflow(
  reading: Reading,
  one: PlacedStep,
  { id, own, expressions }: Action & { own: string },
): void {
  const at = [...one.path, 'workflow'];
  if (id === own) {
    reading.problem(at, 'self-reference', `The workflow '${own}' starts itself here, without end.`);
    return;
  }
  const workflow = reading.known.workflow(id);
  if (!workflow) {
    const message = `There is no workflow ${short(id)}: ${suggestion(reading, id, reading.known.workflowNames())}`;
    reading.problem(at, 'unknown-workflow', message);
    return;
  }
  checkGivenInputs(reading, {
    inputs: workflow.inputs,
    given: one.step.params,
    path: [...one.path, 'params'],
    whole: one.path,
    typed: expressions,
  });
}

/** Inputs that a step or a trigger gives to a workflow. `whole` is where a missing one is reported. */
export function checkGivenInputs(
  reading: Reading,
  {
    inputs,
    given,
    path,
    whole,
    typed,
  }: {
    inputs: WorkflowDefinition['inputs'];
    given: Readonly<Record<string, unknown>>;
    path: Path;
    whole: Path;
    typed: readonly TypedExpression[];
  },
): void {
  const names = Object.keys(inputs);
  for (const [name, value] of Object.entries(given)) {
    const at = [...path, name];
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (!input) {
      const message = `'${name.slice(0, 60)}' is not an input: ${suggestion(reading, name, names)}`;
      reading.problem(at, 'invalid-parameter', message);
      continue;
    }
    if (references(value).length === 0) {
      const wrong = value === null && !input.required ? null : wrongValue(input, value);
      if (wrong) reading.problem(at, 'invalid-parameter', `The input '${name}' ${wrong}.`);
    } else
      checkTypes(
        reading,
        typed.filter((one) => one.within[0] === name),
        { [name]: inputSchema(input) },
      );
  }
  for (const [name, input] of Object.entries(inputs))
    if (input.required && input.default === undefined && !Object.hasOwn(given, name))
      reading.problem(whole, 'missing', `The input '${name}' is needed and not given.`);
}

const strict = new WeakMap<KnownTask['params'], KnownTask['params']>();

/** Made once for each schema, as its JSON Schema is. */
function strictOf({ params }: Pick<KnownTask, 'params'>): KnownTask['params'] {
  const known = strict.get(params) ?? params.strict();
  strict.set(params, known);
  return known;
}

/** Literal values by the schema itself; what an expression gives by its type. */
function checkValues(
  reading: Reading,
  one: PlacedStep,
  {
    schema,
    values,
    expressions,
  }: { schema: z.ZodType; values: unknown; expressions: readonly TypedExpression[] },
): void {
  const names = isRecord(values) ? Object.keys(values) : [];
  const templates = expressions.filter(({ within }) => names.includes(String(within[0])));
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const filled = [...new Set(templates.map(({ within }) => within.join('.')))];
    const problems = fieldProblems(schema, values, parsed.error.issues).filter(
      (problem) => !isUnknownYet(problem, filled),
    );
    for (const problem of problems) report(reading, one, problem);
  }
  const json = jsonSchemaOf(schema, 'input');
  checkTypes(reading, templates, (json.properties ?? {}) as JsonSchema);
}

/** What is said about a value that an expression gives, or about a whole that has such a value in it. */
function isUnknownYet({ field }: FieldProblem, filled: readonly string[]): boolean {
  if (field === '(all)') return filled.length > 0;
  return filled.some(
    (path) => path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`),
  );
}

function report(reading: Reading, one: PlacedStep, { field, message, example }: FieldProblem): void {
  const missing = message.endsWith('is missing');
  const within =
    field === '(all)' ? [] : field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  // A missing one is reported at the step: `params` may not be there.
  const path = missing && within.length === 1 ? one.path : [...one.path, 'params', ...within];
  const like = example === undefined ? '' : ` For example ${example}.`;
  const name = field === '(all)' ? "'params'" : `'${field}'`;
  reading.problem(
    path,
    missing ? 'missing' : 'invalid-parameter',
    `${name} ${message}.${like}`.replace('?.', '?'),
  );
}

function checkTypes(reading: Reading, expressions: readonly TypedExpression[], properties: JsonSchema): void {
  for (const { path, within, type, whole, expression } of expressions) {
    const schema = schemaAt({ properties }, within);
    const given = whole ? type : STRING;
    if (schema === undefined || !expression || accepts(schema, given)) continue;
    const source = whole
      ? `'${expression.text.slice(0, 60)}' gives ${typeWords(given)}`
      : 'a text with an expression in it is text';
    reading.problem(
      path,
      'wrong-type',
      `'${within.join('.')}' expects ${schemaWords(schema)}, and ${source}.${advice(schema, given)}`,
    );
  }
}

function advice(schema: unknown, given: { kind: string }): string {
  const wanted = (schema as JsonSchema).type;
  if (wanted === 'string' && (given.kind === 'int' || given.kind === 'double' || given.kind === 'bool'))
    return ' Write string(…) around it.';
  return wanted === 'integer' && given.kind === 'string' ? ' Write int(…) around it.' : '';
}
