import type { Tree } from '../../lib/cel/tree.ts';
import { closest } from '../../lib/closest.ts';
import type { ProblemCode } from './problem.ts';
import { ANY, BOOL, DOUBLE, INT, listOf, STRING, type Type, typeWords, unified } from './types.ts';

/** What an expression may name, and where its problems go. */
export interface Around {
  text: string;
  roots: Readonly<Record<string, Type>>;
  report(code: ProblemCode, message: string): void;
}
type Variables = Readonly<Record<string, Type>>;

/** The type of an expression; reports fields that are not there and values that do not fit together. */
export function infer(tree: Tree, around: Around, variables: Variables = {}): Type {
  const inside = (one: Tree) => infer(one, around, variables);
  switch (tree.kind) {
    case 'literal':
      return literalType(tree.value);
    case 'name':
      return Object.hasOwn(variables, tree.name)
        ? (variables[tree.name] ?? ANY)
        : Object.hasOwn(around.roots, tree.name)
          ? (around.roots[tree.name] ?? ANY)
          : ANY;
    case 'field':
      return fieldType(around, tree, { of: inside(tree.of), name: tree.name, optional: tree.optional });
    case 'index': {
      const of = inside(tree.of);
      inside(tree.index);
      const { index, optional } = tree;
      if (index.kind === 'literal' && typeof index.value === 'string')
        return fieldType(around, tree, { of, name: index.value, optional });
      return of.kind === 'list' ? of.of : ANY;
    }
    case 'has':
      inside(tree.of);
      return BOOL;
    case 'call':
      return callType(tree.name, tree.args.map(inside));
    case 'method': {
      const receiver = inside(tree.of);
      return callType(tree.name, [receiver, ...tree.args.map(inside)]);
    }
    case 'loop':
      return loopType(tree, around, variables);
    case 'bind': {
      const value = inside(tree.value);
      return infer(tree.result, around, { ...variables, [tree.variable]: value });
    }
    case 'otherwise':
      return tree.unwrap ? unified([inside(tree.of), inside(tree.other)]) : inside(tree.of);
    case 'list':
      return listOf(tree.items.length === 0 ? ANY : unified(tree.items.map(inside)));
    case 'map':
      return mapType(tree, inside);
    case 'choice':
      truth(around, tree.condition, inside(tree.condition));
      return unified([inside(tree.yes), inside(tree.no)]);
    case 'logic':
      truth(around, tree.left, inside(tree.left));
      truth(around, tree.right, inside(tree.right));
      return BOOL;
    case 'not':
      truth(around, tree.of, inside(tree.of));
      return BOOL;
    case 'negate':
      return inside(tree.of);
    case 'binary':
      return binaryType(around, tree, inside(tree.left), inside(tree.right));
  }
}

function literalType(value: unknown): Type {
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    case 'boolean':
      return BOOL;
    default:
      return { kind: 'null' };
  }
}

function sourceOf({ text }: Around, tree: Tree): string {
  const source = text.slice(tree.start, tree.end);
  return source.length > 60 ? `${source.slice(0, 59).toWellFormed()}…` : source;
}

function fieldType(
  around: Around,
  tree: Tree & { kind: 'field' | 'index' },
  { of, name, optional }: { of: Type; name: string; optional: boolean },
): Type {
  if (of.kind === 'any') return ANY;
  if (of.kind === 'map') {
    if (Object.hasOwn(of.fields, name)) return of.fields[name] ?? ANY;
    if (of.open || optional) return ANY;
    const names = Object.keys(of.fields);
    const near = closest(name.slice(0, 60), names);
    const advice = near
      ? `Did you mean '${near}'?`
      : names.length > 0
        ? `There are: ${names.slice(0, 30).join(', ')}.`
        : 'It has none.';
    around.report(
      'unknown-reference',
      `'${sourceOf(around, tree.of)}' has no '${name.slice(0, 60)}'. ${advice}`,
    );
    return ANY;
  }
  if (optional) return ANY;
  const advice = of.kind === 'list' ? `; use .map(x, x.${name}) or [0].${name}` : '';
  around.report(
    'wrong-type',
    `'${sourceOf(around, tree.of)}' is ${typeWords(of)} and has no field '${name.slice(0, 60)}'${advice}.`,
  );
  return ANY;
}

function loopType(tree: Tree & { kind: 'loop' }, around: Around, variables: Variables): Type {
  const of = infer(tree.of, around, variables);
  const item = of.kind === 'list' ? of.of : of.kind === 'map' ? STRING : ANY;
  if (!['list', 'map', 'any'].includes(of.kind))
    around.report(
      'wrong-type',
      `${tree.loop}() needs a list, and '${sourceOf(around, tree.of)}' is ${typeWords(of)}.`,
    );
  const within = { ...variables, [tree.variable]: item };
  if (tree.where) truth(around, tree.where, infer(tree.where, around, within));
  const result = tree.result && infer(tree.result, around, within);
  if (tree.loop === 'map') return listOf(result ?? ANY);
  return tree.loop === 'filter' ? listOf(item) : BOOL;
}

function mapType(tree: Tree & { kind: 'map' }, inside: (one: Tree) => Type): Type {
  const fields: Record<string, Type> = {};
  let open = false;
  for (const [key, value] of tree.entries) {
    const type = inside(value);
    inside(key);
    if (key.kind === 'literal' && typeof key.value === 'string' && key.value !== '__proto__')
      fields[key.value] = type;
    else open = true;
  }
  return { kind: 'map', fields, open };
}

function truth(around: Around, tree: Tree, type: Type): void {
  if (type.kind === 'any' || type.kind === 'bool') return;
  around.report(
    'wrong-type',
    `'${sourceOf(around, tree)}' is ${typeWords(type)}, and true or false is needed; compare it with something.`,
  );
}

const isNumber = (type: Type) => type.kind === 'int' || type.kind === 'double';

function binaryType(around: Around, tree: Tree & { kind: 'binary' }, left: Type, right: Type): Type {
  const known = left.kind !== 'any' && right.kind !== 'any';
  const alike = left.kind === right.kind || (isNumber(left) && isNumber(right));
  const wrong = (what: string) =>
    around.report(
      'wrong-type',
      `'${sourceOf(around, tree)}' ${what} ${typeWords(left)} with ${typeWords(right)}.`,
    );
  switch (tree.op) {
    case '==':
    case '!=':
      if (known && !alike && left.kind !== 'null' && right.kind !== 'null') wrong('compares');
      return BOOL;
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (known && !alike) wrong('compares');
      return BOOL;
    case 'in':
      if (!['any', 'list', 'map', 'string'].includes(right.kind)) wrong('looks for');
      return BOOL;
    default: {
      if (!known) return isNumber(left) && tree.op !== '+' ? left : ANY;
      if (isNumber(left) && isNumber(right)) return left.kind === 'double' ? left : right;
      const times = [left, right].some(({ kind }) => kind === 'timestamp' || kind === 'duration');
      if (times) return ANY;
      if (tree.op === '+' && left.kind === right.kind && (left.kind === 'string' || left.kind === 'list'))
        return left.kind === 'list' ? unified([left, right]) : left;
      wrong(`cannot use '${tree.op}' on`);
      return ANY;
    }
  }
}

const RESULTS: Readonly<Record<string, Type>> = {
  ...Object.fromEntries(
    [
      'string',
      'json',
      'lower',
      'upper',
      'trim',
      'replace',
      'join',
      'substring',
      'lowerAscii',
      'upperAscii',
    ].map((name) => [name, STRING]),
  ),
  ...Object.fromEntries(['size', 'int', 'uint', 'indexOf', 'lastIndexOf'].map((name) => [name, INT])),
  ...Object.fromEntries(
    ['bool', 'contains', 'startsWith', 'endsWith', 'matches', 'hasValue'].map((name) => [name, BOOL]),
  ),
  double: DOUBLE,
  split: listOf(STRING),
  range: listOf(INT),
  timestamp: { kind: 'timestamp' },
  duration: { kind: 'duration' },
};

function callType(name: string, args: readonly Type[]): Type {
  if (Object.hasOwn(RESULTS, name)) return RESULTS[name] ?? ANY;
  const [first] = args;
  if (name === 'dyn') return ANY;
  if ((name === 'min' || name === 'max') && first)
    return args.length === 1 ? (first.kind === 'list' ? first.of : ANY) : unified(args);
  return /^get[A-Z]/.test(name) ? INT : ANY;
}
