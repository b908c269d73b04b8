import fc from 'fast-check';

/** What we use of JSON Schema 2020-12. */
export interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema | boolean;
  prefixItems?: Schema[];
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  examples?: unknown[];
  default?: unknown;
}

/** Stands for a real id or name of the instance, which is known only when the request is sent. */
export interface Pick {
  $pick: string;
  n: number;
}

export function isPick(value: unknown): value is Pick {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '$pick');
}

/** Fields that name something of another resource. */
const MEANS: Record<string, string> = { owner: 'user', principal: 'user', actor: 'user', slug: 'project' };

/** Values that the schema accepts; for about half of what names something, what really exists. */
export function validValues(schema: Schema, name: string, depth = 0): fc.Arbitrary<unknown> {
  const made = madeUp(schema, name, depth);
  const examples = schema.examples?.length ? [fc.constantFrom(...schema.examples)] : [];
  if (schema.enum || schema.const !== undefined) return made;
  const takesText = [schema, ...(schema.anyOf ?? [])].some(({ type }) => type === 'string');
  const takesRecord = schema.type === 'object' && schema.properties === undefined;
  if (!takesText && !takesRecord) return fc.oneof(made, ...examples);
  return fc.oneof(
    { weight: 1, arbitrary: fc.oneof(made, ...examples) },
    { weight: 1, arbitrary: pick(name) },
  );
}

export function pick(name: string): fc.Arbitrary<Pick> {
  return fc.record({ $pick: fc.constant(MEANS[name] ?? name), n: fc.nat(1000) });
}

function madeUp(schema: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map((branch) => validValues(branch, name, depth + 1)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => madeUp({ ...schema, type }, name, depth)));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer(range(schema, 1000));
    case 'number':
      return fc.double({ ...range(schema, 1e6), noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return list(schema, name, depth);
    case 'object':
      return record(schema, depth);
    default:
      return depth > 2 ? fc.constant(null) : fc.jsonValue({ maxDepth: 2 });
  }
}

function text(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === 'email') return fc.constantFrom('a@example.org', 'very.long+tag@sub.example.org');
  if (schema.format === 'uri') return fc.constantFrom('https://example.org/', 'https://example.org/a?b=c');
  const minLength = schema.minLength ?? 0;
  const maxLength = Math.max(minLength, Math.min(schema.maxLength ?? 60, 300));
  const plain = fc.string({ minLength, maxLength, unit: 'binary' });
  if (!schema.pattern) return fc.oneof(plain, fc.string({ minLength, maxLength, unit: 'grapheme-ascii' }));
  try {
    return fc.stringMatching(new RegExp(schema.pattern, 'u'), { maxLength });
  } catch {
    // fast-check does not make texts for every feature of regular expressions.
    return fc.string({ minLength, maxLength, unit: fc.constantFrom(...'abcdefghij-0123') });
  }
}

function range(schema: Schema, most: number): { min: number; max: number } {
  const min = schema.minimum ?? (schema.exclusiveMinimum === undefined ? -most : schema.exclusiveMinimum + 1);
  const max = schema.maximum ?? (schema.exclusiveMaximum === undefined ? most : schema.exclusiveMaximum - 1);
  return { min: Math.min(min, max), max: Math.max(min, max) };
}

function list(schema: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
  if (schema.prefixItems)
    return fc.tuple(...schema.prefixItems.map((item) => validValues(item, name, depth + 1)));
  const items = typeof schema.items === 'object' ? schema.items : {};
  const minLength = schema.minItems ?? 0;
  return fc.array(validValues(items, name.replace(/s$/, ''), depth + 1), {
    minLength,
    maxLength: Math.max(minLength, Math.min(schema.maxItems ?? 4, 6)),
  });
}

function record(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const known = Object.entries(schema.properties ?? {});
  if (known.length > 0)
    return fc.record(
      Object.fromEntries(known.map(([key, value]) => [key, validValues(value, key, depth + 1)])),
      { requiredKeys: schema.required ?? [] },
    );
  const value = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), validValues(value, 'value', depth + 1), {
    maxKeys: 4,
    noNullPrototype: true,
  });
}
