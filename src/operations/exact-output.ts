import type * as z from 'zod';

/** True only for a value that the schema takes and gives back as it is. */
export type ExactTest = (value: unknown) => boolean;

/**
 * Tells whether an answer is exactly what its schema would make of it, without making it: Zod's copy of a page of findings takes some
 * thousand small objects, half of all that our part of a read took. What is not plainly right (a field too many, a wrong type, a field out
 * of order) is false, and Zod has the word. Undefined for schemas that do more than describe JSON.
 */
export function exactTest(schema: z.ZodType): ExactTest | undefined {
  return testOf(schema as unknown as Described);
}

/** What we use of how Zod describes its schemas. */
interface Described {
  def: Definition;
}
interface Definition {
  type: string;
  format?: string;
  coerce?: boolean;
  checks?: readonly { _zod: { def: CheckDefinition } }[];
  shape?: Record<string, Described>;
  catchall?: Described;
  element?: Described;
  innerType?: Described;
  options?: readonly Described[];
  discriminator?: string;
  entries?: Record<string, string | number>;
  values?: readonly unknown[];
}
interface CheckDefinition {
  check: string;
  format?: string;
  inclusive?: boolean;
  minimum?: number;
  value?: unknown;
}

const isString: ExactTest = (value) => typeof value === 'string';

function testOf({ def }: Described): ExactTest | undefined {
  if (def.coerce) return undefined;
  if (def.type === 'string') return stringTest(def);
  if (def.type === 'number') return intTest(def);
  if (def.checks?.length) return undefined;
  switch (def.type) {
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'enum':
      return Object.values(def.entries ?? {}).every(isString)
        ? oneOf(Object.values(def.entries ?? {}))
        : undefined;
    case 'literal':
      return oneOf(def.values ?? []);
    case 'nullable':
      return orElse(null, def.innerType);
    case 'optional':
      return orElse(undefined, def.innerType);
    case 'array':
      return arrayTest(def.element);
    case 'object':
      return objectTest(def);
    case 'union':
      return choiceTest(def);
    default:
      return undefined;
  }
}

function stringTest({ format, checks = [] }: Definition): ExactTest | undefined {
  if (format !== undefined) return undefined;
  let least = 0;
  for (const { _zod } of checks) {
    const { check, minimum } = _zod.def;
    if (check !== 'min_length' || minimum === undefined) return undefined;
    least = Math.max(least, minimum);
  }
  return least === 0 ? isString : (value) => typeof value === 'string' && value.length >= least;
}

function intTest({ format, checks = [] }: Definition): ExactTest | undefined {
  if (format !== 'safeint') return undefined;
  let least = Number.MIN_SAFE_INTEGER;
  for (const { _zod } of checks) {
    const { check, inclusive, value } = _zod.def;
    if (check === 'number_format' && _zod.def.format === 'safeint') continue;
    if (check !== 'greater_than' || inclusive !== true || typeof value !== 'number') return undefined;
    least = Math.max(least, value);
  }
  return (value) => Number.isSafeInteger(value) && (value as number) >= least;
}

/** One after the other: a text that came from another thread has no hash yet, and making it takes longer than a few comparisons. */
function oneOf(values: readonly unknown[]): ExactTest {
  return (value) => {
    for (const known of values) if (known === value) return true;
    return false;
  };
}

function orElse(other: null | undefined, inner: Described | undefined): ExactTest | undefined {
  const test = inner && testOf(inner);
  return test && ((value) => value === other || test(value));
}

function arrayTest(element: Described | undefined): ExactTest | undefined {
  const test = element && testOf(element);
  if (!test) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (const one of value) if (!test(one)) return false;
    return true;
  };
}

/** Fields come in the order of the schema, as handlers write them: each is one comparison of its name, and none is looked up. */
function objectTest({ shape = {}, catchall }: Definition): ExactTest | undefined {
  if (catchall) return undefined;
  const fields: { name: string; test: ExactTest; optional: boolean }[] = [];
  for (const [name, described] of Object.entries(shape)) {
    const test = testOf(described);
    if (!test) return undefined;
    fields.push({ name, test, optional: described.def.type === 'optional' });
  }
  return (value) => {
    // Of a class the copy would be a plain object, which may be written in another way (a date).
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return false;
    let at = 0;
    for (const name in value) {
      let field = fields[at];
      while (field?.name !== name) {
        if (field?.optional !== true) return false;
        at += 1;
        field = fields[at];
      }
      const part = (value as Record<string, unknown>)[name];
      // Most fields are plain text: no call for those.
      if (field.test === isString ? typeof part !== 'string' : !field.test(part)) return false;
      at += 1;
    }
    for (; at < fields.length; at += 1) if (fields[at]?.optional !== true) return false;
    return true;
  };
}

/** Only where one field tells which of them it is. */
function choiceTest({ discriminator, options = [] }: Definition): ExactTest | undefined {
  if (discriminator === undefined) return undefined;
  const choices: { value: unknown; test: ExactTest }[] = [];
  for (const option of options) {
    const test = testOf(option);
    const values = option.def.shape?.[discriminator]?.def.values;
    if (!test || !values) return undefined;
    for (const value of values) choices.push({ value, test });
  }
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const kind = (value as Record<string, unknown>)[discriminator];
    for (const choice of choices) if (choice.value === kind) return choice.test(value);
    return false;
  };
}
