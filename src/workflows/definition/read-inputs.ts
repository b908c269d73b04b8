import { checkPattern } from '../../lib/cel/pattern.ts';
import { SentinelError } from '../../lib/errors.ts';
import { PARAM_KINDS } from '../../model/task-info.ts';
import type { WorkflowDefinition, WorkflowInput } from '../../model/workflow.ts';
import { fieldsOf, isRecord } from './fields.ts';
import { hasType, short, wrongValue } from './inputs.ts';
import type { Path } from './problem.ts';
import type { Reading } from './reading.ts';

export const INPUT_TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;
export const INPUT_KEYS = [
  'type',
  'description',
  'default',
  'required',
  'enum',
  'kind',
  'pattern',
  'minimum',
  'maximum',
  'items',
] as const;
const ITEM_TYPES = ['string', 'integer', 'number', 'boolean', 'object'] as const;
export const INPUT_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
export const MOST_INPUTS = 100;

type Inputs = WorkflowDefinition['inputs'];

/** `path: { type: string, kind: path }`, `path: string`, or a JSON Schema with `properties` and `required`. */
export function readInputs(reading: Reading, value: unknown, path: Path): Inputs {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) {
    reading.problem(path, 'wrong-value', `'inputs' expects names with types, such as 'path: string'.`);
    return {};
  }
  const schema = value.type === 'object' && isRecord(value.properties);
  return schema ? readSchema(reading, value, path) : readEach(reading, value, { path, required: null });
}

function readSchema(reading: Reading, value: Record<string, unknown>, path: Path): Inputs {
  const fields = fieldsOf(reading, value, {
    path,
    what: 'A schema of inputs',
    keys: ['type', 'properties', 'required', 'additionalProperties', 'description', 'title', '$schema'],
  });
  if (fields.raw('additionalProperties') !== undefined && fields.flag('additionalProperties') !== false)
    reading.problem(
      fields.at('additionalProperties'),
      'wrong-value',
      'Inputs have names: this can only be false.',
    );
  const properties = fields.record('properties');
  const required = fields.texts('required');
  for (const name of required)
    if (!Object.hasOwn(properties, name))
      reading.problem(
        fields.at('required'),
        'wrong-value',
        `There is no input '${name}' that could be required.`,
      );
  return readEach(reading, properties, { path: fields.at('properties'), required });
}

function readEach(
  reading: Reading,
  value: Record<string, unknown>,
  { path, required }: { path: Path; required: readonly string[] | null },
): Inputs {
  const entries = Object.entries(value);
  if (entries.length > MOST_INPUTS)
    reading.problem(
      path,
      'wrong-value',
      `A workflow has at most ${MOST_INPUTS} inputs, not ${entries.length}.`,
    );
  const inputs: Inputs = {};
  for (const [name, one] of entries.slice(0, MOST_INPUTS)) {
    const at = [...path, name];
    if (!INPUT_NAME.test(name))
      reading.problem(
        at,
        'invalid-name',
        `An input has a name of letters, digits, - and _, not ${short(name)}.`,
      );
    else inputs[name] = readInput(reading, one, { path: at, required: required?.includes(name) ?? null });
  }
  return inputs;
}

function readInput(
  reading: Reading,
  value: unknown,
  { path, required }: { path: Path; required: boolean | null },
): WorkflowInput {
  const short_ = typeof value === 'string' || value === null;
  if (!short_ && !isRecord(value))
    reading.problem(
      path,
      'wrong-value',
      `An input is described by its type, such as 'string', not by ${short(value)}.`,
    );
  const body = isRecord(value) ? value : typeof value === 'string' ? { type: value } : {};
  const fields = fieldsOf(reading, body, { path, what: 'An input', keys: INPUT_KEYS });
  const typeAt = isRecord(value) ? fields.at('type') : path;
  const type = readType(reading, fields.raw('type'), typeAt);
  const given = fields.raw('default');
  const choices = fields.raw('enum');
  if (choices !== undefined && (!Array.isArray(choices) || choices.length === 0))
    reading.problem(fields.at('enum'), 'wrong-value', `'enum' expects a list of values.`);
  const input: WorkflowInput = {
    type,
    description: fields.text('description'),
    ...(given === undefined ? {} : { default: given }),
    required: fields.flag('required') ?? required ?? given === undefined,
    enum: Array.isArray(choices) && choices.length > 0 ? choices : null,
    kind: readKind(reading, fields.text('kind'), fields.at('kind')),
    pattern: readPattern(reading, fields.text('pattern'), fields.at('pattern')),
    minimum: readNumber(reading, fields.raw('minimum'), fields.at('minimum')),
    maximum: readNumber(reading, fields.raw('maximum'), fields.at('maximum')),
    items: readItems(reading, fields.raw('items'), fields.at('items')),
  };
  checkTogether(reading, input, path);
  return input;
}

function checkTogether(reading: Reading, input: WorkflowInput, path: Path): void {
  const { type } = input;
  const only = (key: 'pattern' | 'items' | 'minimum' | 'maximum', types: readonly string[]) => {
    if (input[key] !== null && !types.includes(type))
      reading.problem(
        [...path, key],
        'wrong-value',
        `'${key}' belongs to an input of type ${types.join(' or ')}, not ${type}.`,
      );
  };
  only('pattern', ['string']);
  only('items', ['array']);
  only('minimum', ['integer', 'number']);
  only('maximum', ['integer', 'number']);
  if (input.enum?.some((one) => !hasType(type, one)))
    reading.problem([...path, 'enum'], 'wrong-value', `Each value of 'enum' must be of type ${type}.`);
  const wrong = input.default === undefined ? null : wrongValue(input, input.default);
  if (wrong) reading.problem([...path, 'default'], 'wrong-value', `The default ${wrong}.`);
}

function readType(reading: Reading, value: unknown, path: Path): WorkflowInput['type'] {
  if (value === undefined) return 'string';
  const type = INPUT_TYPES.find((one) => one === value);
  if (type) return type;
  const near = reading.closest(String(value), INPUT_TYPES);
  const advice = near ? `Did you mean '${near}'?` : `There are: ${INPUT_TYPES.join(', ')}.`;
  reading.problem(path, 'wrong-value', `There is no type ${short(value)} of inputs. ${advice}`);
  return 'string';
}

function readKind(reading: Reading, kind: string | null, path: Path): string | null {
  if (kind === null || (PARAM_KINDS as readonly string[]).includes(kind)) return kind;
  const near = reading.closest(kind, PARAM_KINDS);
  const advice = near ? `Did you mean '${near}'?` : `There are: ${PARAM_KINDS.join(', ')}.`;
  reading.problem(path, 'wrong-value', `There is no kind ${short(kind)} of inputs. ${advice}`);
  return null;
}

function readPattern(reading: Reading, pattern: string | null, path: Path): string | null {
  if (pattern === null) return null;
  try {
    checkPattern(pattern);
    return pattern;
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    reading.problem(path, 'wrong-value', error.message);
    return null;
  }
}

function readNumber(reading: Reading, value: unknown, path: Path): number | null {
  if (value === undefined) return null;
  if (typeof value === 'number') return value;
  reading.problem(path, 'wrong-value', `'${String(path.at(-1))}' expects a number, not ${short(value)}.`);
  return null;
}

/** `string`, or as in a JSON Schema `{ type: string }`. */
function readItems(reading: Reading, value: unknown, path: Path): WorkflowInput['items'] {
  if (value === undefined) return null;
  const wanted = isRecord(value) && Object.keys(value).length === 1 ? value.type : value;
  const type = ITEM_TYPES.find((one) => one === wanted);
  if (type) return type;
  reading.problem(
    path,
    'wrong-value',
    `'items' expects one of ${ITEM_TYPES.join(', ')}, not ${short(value)}.`,
  );
  return null;
}
