import type * as z from 'zod';
import { closest } from './closest.ts';
import type { FieldProblem } from './errors.ts';

/** What zod found, one entry a field: what it expects in plain words, and an example from the schema's `.meta({ examples })`. */
export function fieldProblems(schema: z.ZodObject, input: unknown, issues: readonly z.core.$ZodIssue[]): FieldProblem[] {
  const problems = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(schema, issue) : [oneProblem(schema, input, issue)]));
  return problems.filter((problem, index) => problems.findIndex((other) => other.field === problem.field) === index);
}

function unknownKeys(schema: z.ZodObject, issue: z.core.$ZodIssueUnrecognizedKeys): FieldProblem[] {
  const known = Object.keys(schema.shape);
  return issue.keys.map((key) => {
    const near = closest(key, known);
    const field = [...issue.path, key].join('.');
    return { field, message: near ? `is not a parameter; did you mean ${near}?` : `is not a parameter; there are: ${known.join(', ')}` };
  });
}

function oneProblem(schema: z.ZodObject, input: unknown, issue: z.core.$ZodIssue): FieldProblem {
  const field = issue.path.map(String).join('.') || '(all)';
  const example = exampleOf(schema, issue.path[0]);
  return { field, message: wording(issue, input), ...(example === undefined ? {} : { example }) };
}

function wording(issue: z.core.$ZodIssue, input: unknown): string {
  const value = issue.path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined), input);
  const got = value === undefined ? ' and is missing' : `, not ${shorten(value)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `expects ${article(issue.expected)}${got}`;
    case 'invalid_value':
      return `expects ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}${got}`;
    case 'too_small':
      return `expects at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}${got}`;
    case 'too_big':
      return `expects at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}${got}`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  if (type === 'int' || type === 'number') return type === 'int' ? 'a whole number' : 'a number';
  if (type === 'string') return 'text';
  if (type === 'boolean') return 'true or false';
  if (type === 'array') return 'a list';
  return type === 'object' ? 'an object' : type;
}

function exampleOf(schema: z.ZodObject, key: PropertyKey | undefined): string | undefined {
  let at = typeof key === 'string' ? (schema.shape[key] as z.ZodType | undefined) : undefined;
  while (at) {
    const examples = (at.meta() as { examples?: unknown[] } | undefined)?.examples;
    if (examples?.length) return typeof examples[0] === 'string' ? examples[0] : JSON.stringify(examples[0]);
    at = (at.def as { innerType?: z.ZodType }).innerType;
  }
  return undefined;
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
