import * as z from 'zod';

/** What is known of a value before anything runs. */
export type Type =
  | { kind: 'any' }
  | { kind: 'null' | 'bool' | 'int' | 'double' | 'string' | 'timestamp' | 'duration' }
  | { kind: 'list'; of: Type }
  /** `open`: it may have further fields. */
  | { kind: 'map'; fields: Readonly<Record<string, Type>>; open: boolean };

export const ANY: Type = { kind: 'any' };
export const BOOL: Type = { kind: 'bool' };
export const INT: Type = { kind: 'int' };
export const DOUBLE: Type = { kind: 'double' };
export const STRING: Type = { kind: 'string' };
export const listOf = (of: Type): Type => ({ kind: 'list', of });
export const closedMap = (fields: Record<string, Type>): Type => ({ kind: 'map', fields, open: false });
export const OPEN_MAP: Type = { kind: 'map', fields: {}, open: true };

export type JsonSchema = Readonly<Record<string, unknown>>;

const kept = { input: new WeakMap<object, JsonSchema>(), output: new WeakMap<object, JsonSchema>() };

/** As JSON Schema: of what is given (`input`), or of what comes out with its defaults (`output`). */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const known = kept[io].get(schema);
  if (known) return known;
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
  kept[io].set(schema, made);
  return made;
}

const MOST_DEPTH = 12;

export function typeOfSchema(schema: unknown, depth = 0): Type {
  if (typeof schema !== 'object' || schema === null || depth > MOST_DEPTH) return ANY;
  const { type, anyOf, oneOf, properties, items, additionalProperties } = schema as JsonSchema;
  const branches = (anyOf ?? oneOf) as unknown;
  if (Array.isArray(branches)) return unified(branches.map((branch) => typeOfSchema(branch, depth + 1)));
  switch (type) {
    case 'string':
      return STRING;
    case 'integer':
      return INT;
    case 'number':
      return DOUBLE;
    case 'boolean':
      return BOOL;
    case 'null':
      return { kind: 'null' };
    case 'array':
      return listOf(typeof items === 'object' ? typeOfSchema(items, depth + 1) : ANY);
    case 'object': {
      const fields = Object.entries((properties ?? {}) as Record<string, unknown>);
      return {
        kind: 'map',
        fields: Object.fromEntries(fields.map(([name, one]) => [name, typeOfSchema(one, depth + 1)])),
        open:
          properties === undefined || (additionalProperties !== undefined && additionalProperties !== false),
      };
    }
    default:
      return ANY;
  }
}

/** Of a value that is one or the other; what may be null is what it is otherwise. */
export function unified(types: readonly Type[]): Type {
  const real = types.filter((type) => type.kind !== 'null');
  const [first, ...rest] = real;
  if (!first) return types[0] ?? ANY;
  if (rest.every((type) => type.kind === first.kind)) {
    if (first.kind === 'list')
      return listOf(unified(real.map((type) => (type.kind === 'list' ? type.of : ANY))));
    return first.kind === 'map' && rest.length > 0 ? merged(real) : first;
  }
  const numbers = real.every((type) => type.kind === 'int' || type.kind === 'double');
  return numbers ? DOUBLE : ANY;
}

function merged(types: readonly Type[]): Type {
  const maps = types.filter((type) => type.kind === 'map');
  const names = new Set(maps.flatMap((map) => Object.keys(map.fields)));
  const fieldOf = (name: string) =>
    unified(maps.flatMap((map) => (Object.hasOwn(map.fields, name) ? [map.fields[name] ?? ANY] : [])));
  return {
    kind: 'map',
    fields: Object.fromEntries([...names].map((name) => [name, fieldOf(name)])),
    open: maps.some((map) => map.open),
  };
}

/** The schema of the value at a path, or undefined when nothing is said about it. */
export function schemaAt(schema: unknown, path: readonly (string | number)[]): unknown {
  let at: unknown = schema;
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    const { properties, items, additionalProperties } = at as JsonSchema;
    if (typeof part === 'number') at = items;
    else {
      const named = (properties ?? {}) as Record<string, unknown>;
      at = Object.hasOwn(named, part) ? named[part] : additionalProperties;
    }
  }
  return at;
}

/** Whether a value of this type can be one of the schema. What is not known can. */
export function accepts(schema: unknown, type: Type): boolean {
  if (typeof schema !== 'object' || schema === null || type.kind === 'any' || type.kind === 'null')
    return true;
  const { type: wanted, anyOf, oneOf, items } = schema as JsonSchema;
  const branches = (anyOf ?? oneOf) as unknown;
  if (Array.isArray(branches)) return branches.some((branch) => accepts(branch, type));
  if (typeof wanted !== 'string') return true;
  switch (type.kind) {
    case 'int':
      return wanted === 'integer' || wanted === 'number';
    case 'double':
      // A double may be whole.
      return wanted === 'number' || wanted === 'integer';
    case 'bool':
      return wanted === 'boolean';
    case 'list':
      return wanted === 'array' && accepts(items, type.of);
    case 'map':
      return wanted === 'object';
    default:
      return wanted === 'string';
  }
}

export function typeWords(type: Type): string {
  switch (type.kind) {
    case 'any':
      return 'anything';
    case 'bool':
      return 'true or false';
    case 'int':
      return 'a whole number';
    case 'double':
      return 'a number';
    case 'list':
      return type.of.kind === 'any' ? 'a list' : `a list (of ${typeWords(type.of)})`;
    case 'map':
      return 'an object';
    case 'null':
      return 'null';
    case 'string':
      return 'text';
    default:
      return type.kind === 'timestamp' ? 'a time' : 'a duration';
  }
}

export function schemaWords(schema: unknown): string {
  const { type, anyOf, items } = (schema ?? {}) as JsonSchema;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(schemaWords))].join(' or ');
  if (type === 'array') return items ? `a list (of ${schemaWords(items)})` : 'a list';
  return typeWords(typeOfSchema(schema));
}
