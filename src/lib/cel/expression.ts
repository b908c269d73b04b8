import { SentinelError } from '../errors.ts';
import { compileTree, type Run } from './evaluate.ts';
import { namesOf } from './names.ts';
import { invalid, parseTree, type Tree } from './tree.ts';
import { Budget, toJson } from './values.ts';

export { Budget } from './values.ts';

export interface Expression {
  readonly text: string;
  readonly tree: Tree;
  /** Plain JSON; throws `invalid-expression`. Several evaluations may share a budget. */
  evaluate(scope: Readonly<Record<string, unknown>>, budget?: Budget): unknown;
  /** What it refers to, as far as its names are written out: `[['steps', 'scan', 'findings'], ['inputs', 'path']]`. */
  names(): readonly (readonly string[])[];
}

/** The same few expressions are evaluated again and again. */
const MOST_KEPT = 1_000;
const kept = new Map<string, Expression>();

/** Throws `invalid-expression` with what is wrong and where. */
export function compile(text: string): Expression {
  const known = kept.get(text);
  if (known) return known;
  const tree = parseTree(text);
  const run = compileTree(text, tree);
  let names: readonly (readonly string[])[] | undefined;
  const expression: Expression = {
    text,
    tree,
    evaluate: (scope, budget = new Budget()) => evaluate(text, run, scope, budget),
    names: () => {
      names ??= namesOf(tree);
      return names;
    },
  };
  const oldest = kept.size >= MOST_KEPT ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  kept.set(text, expression);
  return expression;
}

function evaluate(text: string, run: Run, scope: Readonly<Record<string, unknown>>, budget: Budget): unknown {
  const made = new WeakSet<object>();
  try {
    return toJson(run({ scope, budget, made, variables: [] }), made);
  } catch (error) {
    if (!(error instanceof SentinelError)) throw invalid(text, 'goes too deep', error);
    throw invalid(text, `cannot be evaluated: ${error.message.replace(/\.$/, '')}`, error);
  }
}
