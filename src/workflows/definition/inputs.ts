import { matchesPattern } from '../../lib/cel/pattern.ts';
import { closest } from '../../lib/closest.ts';
import { type FieldProblem, SentinelError } from '../../lib/errors.ts';
import type { WorkflowDefinition, WorkflowInput } from '../../model/workflow.ts';

type Inputs = WorkflowDefinition['inputs'];
/** Of all inputs of one run together. */
const MOST_BYTES = 1_000_000;

/**
 * The inputs of a run with the defaults filled in. One that is not required and has no default is null, so that an expression may
 * ask for it. Throws `invalid-parameter` that names every wrong field. Values of `later` are checked when they are filled in.
 */
export function checkInputs(
  definition: Pick<WorkflowDefinition, 'inputs'>,
  given: Record<string, unknown>,
  later: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const { inputs } = definition;
  const fields: FieldProblem[] = [];
  for (const name of Object.keys(given).slice(0, 50)) {
    if (!Object.hasOwn(inputs, name)) fields.push({ field: name, message: noSuchInput(name, inputs) });
  }
  const values: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(inputs)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || (value === null && !input.required)) {
      if (input.required && input.default === undefined)
        fields.push({ field: name, message: `expects ${expectation(input)} and is missing` });
      values[name] = input.default ?? null;
      continue;
    }
    const wrong = later.has(name) ? null : wrongValue(input, value);
    if (wrong) fields.push({ field: name, message: wrong });
    values[name] = value;
  }
  if (JSON.stringify(values).length > MOST_BYTES)
    fields.push({ field: '(all)', message: 'are longer than 1 MB together; give a path or an upload' });
  const [first] = fields;
  if (!first) return values;
  const more = fields.length > 1 ? ` (${fields.length - 1} more)` : '';
  throw new SentinelError('invalid-parameter', `inputs.${first.field}: ${first.message}.${more}`, { fields });
}

/** What a value of the command line means: `3` for a number, `a,b` or `["a","b"]` for a list. */
export function inputFromText(input: WorkflowInput, text: string): unknown {
  if (input.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    if (input.type !== 'array' || text.trim() === '') return text;
    const parts = text.split(',').map((part) => part.trim());
    const item: WorkflowInput = { ...input, type: input.items ?? 'string' };
    return parts.map((part) => inputFromText(item, part));
  }
}

/** JSON Schema 2020-12, for a form. */
export function inputsSchema(definition: Pick<WorkflowDefinition, 'inputs'>): Record<string, unknown> {
  const entries = Object.entries(definition.inputs);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, input]) => [name, inputSchema(input)])),
    required: entries.filter(([, input]) => isNeeded(input)).map(([name]) => name),
    additionalProperties: false,
  };
}

export function inputSchema(input: WorkflowInput): Record<string, unknown> {
  const schema: Record<string, unknown> = { type: input.type };
  const { description, kind, pattern, minimum, maximum, items } = input;
  for (const [key, value] of Object.entries({
    description,
    kind,
    pattern,
    minimum,
    maximum,
    enum: input.enum,
  }))
    if (value !== null) schema[key] = value;
  if (items !== null) schema.items = { type: items };
  if (input.default !== undefined) schema.default = input.default;
  return schema;
}

function isNeeded(input: WorkflowInput): boolean {
  return input.required && input.default === undefined;
}

/** Why a value is not one of this input, or null. */
export function wrongValue(input: WorkflowInput, value: unknown): string | null {
  const shown = input.kind === 'secret-ref' ? '' : `, not ${short(value)}`;
  if (!hasType(input.type, value)) return `expects ${expectation(input)}${shown}`;
  if (Array.isArray(value) && input.items !== null) {
    const { items } = input;
    const at = value.findIndex((item) => !hasType(items, item));
    if (at >= 0) return `expects ${words(items)} at ${at}, not ${short(value[at])}`;
  }
  if (input.enum !== null && !input.enum.some((one) => JSON.stringify(one) === JSON.stringify(value)))
    return `expects one of ${input.enum.map((one) => String(one)).join(', ')}${shown}`;
  if (typeof value === 'number' && input.minimum !== null && value < input.minimum)
    return `expects at least ${input.minimum}${shown}`;
  if (typeof value === 'number' && input.maximum !== null && value > input.maximum)
    return `expects at most ${input.maximum}${shown}`;
  if (typeof value === 'string' && input.pattern !== null && !matchesPattern(input.pattern, value))
    return `expects text like ${input.pattern}${shown}`;
  return null;
}

export type InputType = WorkflowInput['type'];

export function hasType(type: InputType, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function expectation(input: WorkflowInput): string {
  return input.kind === null ? words(input.type) : `${words(input.type)} (${input.kind})`;
}

export function words(type: InputType): string {
  const texts: Record<InputType, string> = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  };
  return texts[type];
}

function noSuchInput(name: string, inputs: Inputs): string {
  const near = closest(name.slice(0, 60), Object.keys(inputs));
  if (near) return `is not an input; did you mean ${near}?`;
  const names = Object.keys(inputs);
  return `is not an input; ${names.length > 0 ? `there are: ${names.join(', ')}` : 'there are none'}`;
}

export function short(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57).toWellFormed()}…` : text;
}
