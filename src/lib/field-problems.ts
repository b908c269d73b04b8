import * as z from 'zod';
import { closest } from './closest.ts';
import type { FieldProblem } from './errors.ts';

export interface FieldProblemOptions {
  /** What a field is called: `parameter` (usual) or `key`. */
  noun?: string;
}

/**
 * What zod found, one entry a field: what it expects in plain words, and an example from the schema's `.meta({ examples })`.
 * A field with `.meta({ secret: true })`, `{ kind: 'secret-ref' }` or `{ url: true }` never shows the value that it got.
 */
export function fieldProblems(
  schema: z.ZodType,
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
  options: FieldProblemOptions = {},
): FieldProblem[] {
  const noun = options.noun ?? 'parameter';
  // A misspelt name explains why another one is missing: it comes first.
  const misspelt = (issue: z.core.$ZodIssue) => (issue.code === 'unrecognized_keys' ? 0 : 1);
  const ordered = [...issues].sort((a, b) => misspelt(a) - misspelt(b));
  const problems = ordered.slice(0, MOST).flatMap((issue) => toProblems({ schema, input, noun }, issue));
  return problems.filter(
    (problem, index) => problems.findIndex((other) => other.field === problem.field) === index,
  );
}

/** Nobody reads more, and 60,000 names that are wrong would keep the process busy for a minute. */
const MOST = 50;
const LONGEST = 100;
/** Of the keys of an object that is missing. */
const MOST_NAMED = 12;

interface Around {
  schema: z.ZodType;
  input: unknown;
  noun: string;
}

function toProblems(around: Around, issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') return unknownKeys(around, issue);
  if (issue.code === 'invalid_union') return unionProblems(around, issue);
  if (issue.code === 'invalid_key')
    return [withExample(around, issue.path, `the name ${issue.issues[0]?.message ?? 'is wrong'}`)];
  return [withExample(around, issue.path, wording(around, issue))];
}

function unknownKeys({ schema, noun }: Around, issue: z.core.$ZodIssueUnrecognizedKeys): FieldProblem[] {
  const known = keysOf(schemaAt(schema, issue.path));
  return issue.keys.slice(0, MOST).map((name) => {
    const key = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
    const near = closest(key, known);
    const inOther = near ? undefined : nested(schema, key);
    const advice = near
      ? `did you mean ${[...issue.path, near].join('.')}?`
      : inOther
        ? `did you mean ${inOther}?`
        : known.length > 0
          ? `there are: ${known.join(', ')}`
          : 'there are none';
    return { field: [...issue.path, key].join('.'), message: `is not a ${noun}; ${advice}` };
  });
}

/** The one branch that the value was most likely meant for says it best; else what is accepted as a whole. */
function unionProblems(around: Around, issue: z.core.$ZodIssueInvalidUnion): FieldProblem[] {
  if (!isDefault(around, issue)) return [withExample(around, issue.path, wording(around, issue))];
  const value = valueAt(around.input, issue.path);
  if (issue.discriminator !== undefined) {
    // zod's path names the discriminating field itself.
    const { discriminator } = issue;
    const branches = optionsOf(schemaAt(around.schema, issue.path.slice(0, -1)));
    const accepted = branches.flatMap((branch) => literalsOf(schemaAt(branch, [discriminator])));
    return [
      withExample(around, issue.path, `expects one of ${accepted.join(', ')}${got(around, issue.path)}`),
    ];
  }
  const deeper = issue.errors.filter((branch) => branch.some((one) => one.path.length > 0));
  if (deeper.length === 1 && typeof value === 'object') {
    return (deeper[0] ?? []).flatMap((one) =>
      toProblems(around, { ...one, path: [...issue.path, ...one.path] } as z.core.$ZodIssue),
    );
  }
  const expected = issue.errors.flatMap((branch) => (branch[0] ? [expectation(branch[0])] : []));
  const distinct = [...new Set(expected)].map((text) => text.replace(/^expects /, ''));
  return [withExample(around, issue.path, `expects ${distinct.join(' or ')}${got(around, issue.path)}`)];
}

function withExample({ schema }: Around, path: readonly PropertyKey[], message: string): FieldProblem {
  const field = path.map(String).join('.') || '(all)';
  const example = exampleOf(schema, path);
  return { field, message, ...(example === undefined ? {} : { example }) };
}

function wording(around: Around, issue: z.core.$ZodIssue): string {
  const value = valueAt(around.input, issue.path);
  if (issue.code === 'invalid_type' && value === undefined)
    return `${expectation(issue)}${withKeys(around, issue)} and is missing`;
  const whole = issue.code === 'invalid_type' && isInt(around.schema, issue.path);
  const expected = whole ? 'expects a whole number' : expectation(issue);
  return `${isDefault(around, issue) ? expected : issue.message}${got(around, issue.path)}`;
}

/** Who is told that an object is missing does not know yet what stands in it. */
function withKeys({ schema }: Around, issue: z.core.$ZodIssueInvalidType): string {
  if (issue.expected !== 'object') return '';
  const keys = keysOf(schemaAt(schema, issue.path));
  return keys.length === 0 ? '' : ` with ${keys.slice(0, MOST_NAMED).join(', ')}`;
}

function isInt(schema: z.ZodType, path: readonly PropertyKey[]): boolean {
  return schemaAt(schema, path) instanceof z.ZodNumberFormat;
}

/** True when the schema's author wrote no words of their own. */
function isDefault({ input }: Around, issue: z.core.$ZodIssue): boolean {
  const raw = { ...issue, input: valueAt(input, issue.path) } as Parameters<z.core.$ZodErrorMap>[0];
  const usual = z.locales.en().localeError(raw);
  return (typeof usual === 'string' ? usual : usual?.message) === issue.message;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expects ${article(issue.expected)}`;
    case 'invalid_value':
      return `expects ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `expects at least ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `expects at most ${amount(issue.maximum, issue.origin)}`;
    case 'not_multiple_of':
      return `expects a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `expects ${FORMATS[issue.format] ?? (issue.pattern ? `text like ${issue.pattern}` : issue.format)}`;
    default:
      return issue.message;
  }
}

const FORMATS: Record<string, string> = {
  url: 'an address such as https://example.org/',
  email: 'an e-mail address',
  datetime: 'a time such as 2026-01-31T12:00:00Z',
  date: 'a date such as 2026-01-31',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uuid: 'a UUID',
};

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} character${limit === 1 ? '' : 's'}`;
  if (origin === 'array' || origin === 'set') return `${limit} entr${limit === 1 ? 'y' : 'ies'}`;
  return String(limit);
}

function article(type: string): string {
  const words: Record<string, string> = {
    int: 'a whole number',
    number: 'a number',
    string: 'text',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    record: 'names with values',
  };
  return words[type] ?? type;
}

function got({ schema, input }: Around, path: readonly PropertyKey[]): string {
  const value = valueAt(input, path);
  if (value === undefined) return ' and is missing';
  const meta = metaAt(schema, path);
  if (meta.secret || meta.url || meta.kind === 'secret-ref') return '';
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return `, not ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

/** The example of a list or of named values gives one of its entries. */
function partOf(example: unknown): unknown {
  return typeof example === 'object' && example !== null ? Object.values(example)[0] : undefined;
}

interface Meta {
  examples?: unknown[];
  secret?: boolean;
  url?: boolean;
  kind?: string;
}

function exampleOf(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const given = metaAt(schema, path.slice(0, length)).examples?.[0];
    const example = length === path.length ? given : partOf(given);
    if (example !== undefined) return typeof example === 'string' ? example : JSON.stringify(example);
  }
  return undefined;
}

function metaAt(schema: z.ZodType, path: readonly PropertyKey[]): Meta {
  let meta: Meta = {};
  for (let at = schemaAt(schema, path, true); at; at = innerOf(at))
    meta = { ...(at.meta() as Meta | undefined), ...meta };
  return path.length > 1 && meta.url === undefined ? { ...inherited(schema, path), ...meta } : meta;
}

/** A record's `url` or `secret` holds for its values. */
function inherited(schema: z.ZodType, path: readonly PropertyKey[]): Meta {
  const { secret, url } = metaAt(schema, path.slice(0, -1));
  return { ...(secret === undefined ? {} : { secret }), ...(url === undefined ? {} : { url }) };
}

/** The schema of the value at `path`, without what wraps it unless `wrapped`. */
function schemaAt(
  schema: z.ZodType | undefined,
  path: readonly PropertyKey[],
  wrapped = false,
): z.ZodType | undefined {
  let at = schema;
  for (const key of path) {
    const owner = bare(at);
    if (owner instanceof z.ZodObject) at = (owner.shape as Record<PropertyKey, z.ZodType>)[key];
    else if (owner instanceof z.ZodArray) at = owner.element as z.ZodType;
    else if (owner instanceof z.ZodRecord) at = owner.valueType as z.ZodType;
    else
      at = optionsOf(owner)
        .map((option) => schemaAt(option, [key], true))
        .find((found) => found !== undefined);
  }
  return wrapped ? at : bare(at);
}

function bare(schema: z.ZodType | undefined): z.ZodType | undefined {
  const inner = schema && innerOf(schema);
  return inner ? bare(inner) : schema;
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  return (schema.def as { innerType?: z.ZodType }).innerType;
}

function optionsOf(schema: z.ZodType | undefined): z.ZodType[] {
  return ((schema?.def as { options?: z.ZodType[] } | undefined)?.options ?? []) as z.ZodType[];
}

function literalsOf(schema: z.ZodType | undefined): string[] {
  return ((schema?.def as { values?: unknown[] } | undefined)?.values ?? []).map(String);
}

function keysOf(schema: z.ZodType | undefined): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  return optionsOf(schema).flatMap((option) => keysOf(bare(option)));
}

/** `memoryMb` at the top is most likely `limits.memoryMb`. */
function nested(schema: z.ZodType, key: string): string | undefined {
  for (const name of keysOf(bare(schema))) {
    const near = closest(key, keysOf(schemaAt(schema, [name])));
    if (near) return `${name}.${near}`;
  }
  return undefined;
}
