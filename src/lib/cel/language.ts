import { Environment } from '@marcbachmann/cel-js';

/** An expression is a line or some; a program belongs into a task. */
export const LONGEST_EXPRESSION = 10_000;

/**
 * What the library knows beyond CEL's own functions, so that its checker knows it too. The handlers are never called: `evaluate.ts`
 * does the work, with a bound on it.
 */
const FUNCTIONS = [
  'lower(string): string',
  'upper(string): string',
  'trim(string): string',
  'split(string, string): list<string>',
  'replace(string, string, string): string',
  'join(list, string): string',
  'json(dyn): string',
  'range(int): list<int>',
  'min(list): dyn',
  'min(dyn, dyn): dyn',
  'max(list): dyn',
  'max(dyn, dyn): dyn',
  'string(google.protobuf.Timestamp): string',
  'string(google.protobuf.Duration): string',
  'string.lower(): string',
  'string.upper(): string',
  'string.replace(string, string): string',
  'list.join(string): string',
];

/** JSON has one kind of number: whole ones and others may be mixed. */
const OPERATORS = [
  'int == double',
  ...['+', '-', '*', '/', '%'].flatMap((op) => [`int ${op} double: double`, `double ${op} int: double`]),
  'double % double: double',
  'string in string',
];

let language: Environment | undefined;

/** Made at first use: it takes some milliseconds. */
export function celLanguage(): Environment {
  if (language) return language;
  const made = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: {
      maxAstNodes: 2_000,
      maxDepth: 60,
      maxListElements: 1_000,
      maxMapEntries: 1_000,
      maxCallArguments: 16,
    },
  });
  const never = () => null;
  for (const signature of FUNCTIONS) made.registerFunction(signature, never);
  for (const signature of OPERATORS) made.registerOperator(signature, never);
  language = made;
  return made;
}
