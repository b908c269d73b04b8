import * as z from 'zod';
import { OPERATIONS } from '../../operations/all.ts';
import type { AnyOperation } from '../../operations/operation.ts';
import type { Field, OperationEntry } from './entry.ts';

interface Json {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Json[];
  items?: Json;
  properties?: Record<string, Json>;
  required?: string[];
  additionalProperties?: unknown;
  default?: unknown;
  description?: string;
  examples?: unknown[];
  secret?: boolean;
  kind?: string;
}

/** Never in arguments, whatever their schema says: other users of the machine see those. */
const SECRET_NAMES = /^(current|code|token|ticket)$|password|passphrase|secret$|recoverycode/i;
/** More than this without flags is a riddle. */
const MOST_POSITIONAL = 2;

/** The commands of all operations, from their declarations. */
export function describeOperations(
  operations: readonly AnyOperation[] = OPERATIONS as readonly AnyOperation[],
): OperationEntry[] {
  return operations.map(describeOperation);
}

function describeOperation(operation: AnyOperation): OperationEntry {
  const [command = '', choose] = operation.cli.split(/\s+--/);
  const body = bodySchema(operation);
  const paths = fieldsOf(schemaOf(operation.pathParams, 'input'), 'path').map((field) => ({
    ...field,
    flag: argumentName(operation.path, field.name),
    required: true,
  }));
  const bodyFields = body ? positionals(fieldsOf(body, 'body')) : [];
  const output = operation.download ? {} : schemaOf(operation.output, 'output');
  const list = output.properties?.items !== undefined;
  return {
    operation: operation.id,
    command,
    ...(choose === undefined ? {} : { choose }),
    summary: operation.summary,
    method: operation.method,
    path: operation.path,
    permission: operation.permission,
    ...(operation.sensitive ? { sensitive: true } : {}),
    fields: [...paths, ...queryFields(operation), ...bodyFields],
    ...(body && (body.properties === undefined || isOpen(body)) ? { body: true } : {}),
    ...(bodyFields.some((field) => field.type === 'yaml') ? { body: true } : {}),
    ...(list && 'cursor' in operation.query.shape ? { paged: true } : {}),
    ...(list ? { list } : {}),
    ...(operation.download ? { download: true } : {}),
    ...(operation.upload ? { upload: true } : {}),
  };
}

function bodySchema(operation: AnyOperation): Json | undefined {
  if (operation.method === 'GET' || operation.upload) return undefined;
  const { type } = operation.body.def;
  return type === 'unknown' || type === 'undefined' ? undefined : schemaOf(operation.body, 'input');
}

function isOpen(body: Json): boolean {
  return typeof body.additionalProperties === 'object' && body.additionalProperties !== null;
}

function queryFields(operation: AnyOperation): Field[] {
  const sent = schemaOf(operation.query, 'input');
  const read = schemaOf(operation.query, 'output').properties ?? {};
  // In an address everything is text: what it is read as says what it is.
  const properties = Object.fromEntries(
    Object.entries(sent.properties ?? {}).map(([name, json]) =>
      read[name]?.type === 'boolean' ? [name, { ...json, type: 'boolean' }] : [name, json],
    ),
  );
  return fieldsOf({ ...sent, properties }, 'query');
}

function fieldsOf(schema: Json, place: Field['in']): Field[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, json]) => {
    const { type, values } = typeOf(json);
    const example = json.examples?.[0];
    return {
      name,
      in: place,
      flag: kebab(name),
      type,
      required: required.has(name),
      ...(place === 'body' && type !== 'yaml' && isNullable(json) ? { nullable: true } : {}),
      ...(values === undefined ? {} : { values }),
      ...(json.default === undefined ? {} : { default: json.default }),
      ...(example === undefined
        ? {}
        : { example: typeof example === 'string' ? example : JSON.stringify(example) }),
      ...(json.description === undefined ? {} : { description: json.description }),
      ...(place === 'body' && (json.secret === true || SECRET_NAMES.test(name)) ? { secret: true } : {}),
    };
  });
}

/** `user add LOGIN`, `user grant USER ROLE`: what must be given and is one word or number needs no flag. */
function positionals(fields: Field[]): Field[] {
  let left = MOST_POSITIONAL;
  return fields.map((field) => {
    const fits = field.required && !field.secret && ['text', 'number', 'enum'].includes(field.type);
    if (!fits || left === 0) return field;
    left -= 1;
    return { ...field, positional: true };
  });
}

function isNullable(json: Json): boolean {
  return (
    json.type === 'null' ||
    (Array.isArray(json.type) && json.type.includes('null')) ||
    (json.anyOf ?? []).some(isNullable)
  );
}

function typeOf(json: Json): Pick<Field, 'type' | 'values'> {
  if (json.enum) return { type: 'enum', values: json.enum.map(String) };
  if (json.const !== undefined) return { type: 'enum', values: [String(json.const)] };
  const options = (json.anyOf ?? []).filter((one) => one.type !== 'null');
  if (options.length > 0) {
    const kinds = options.map(typeOf);
    const [first] = kinds;
    if (first && kinds.every((kind) => kind.type === first.type)) return first;
    return kinds.every((kind) => ['text', 'enum'].includes(kind.type)) ? { type: 'text' } : { type: 'yaml' };
  }
  const type = Array.isArray(json.type) ? json.type.find((one) => one !== 'null') : json.type;
  if (type === 'boolean') return { type: 'boolean' };
  if (type === 'integer' || type === 'number') return { type: 'number' };
  if (type === 'string') return { type: 'text' };
  if (type !== 'array') return { type: 'yaml' };
  const item = json.items ? typeOf(json.items) : ({ type: 'yaml' } as const);
  if (item.type === 'enum') return { type: 'list', ...(item.values ? { values: item.values } : {}) };
  return item.type === 'text' ? { type: 'list' } : { type: 'yaml' };
}

/** `{id}` of `/users/{id}` is called user, `{grant}` grant. */
function argumentName(path: string, name: string): string {
  if (name !== 'id' && name !== 'name') return kebab(name);
  const parts = path.split('/');
  const before = parts[parts.indexOf(`{${name}}`) - 1] ?? name;
  return singular(before);
}

export function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y');
  return word.replace(/(?<=[^s])s$/, '');
}

function kebab(name: string): string {
  return name.replace(/([A-Z])/g, '-$1').toLowerCase();
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
}
