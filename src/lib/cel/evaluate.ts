import { closest } from '../closest.ts';
import type { SentinelError } from '../errors.ts';
import { arithmetic } from './arithmetic.ts';
import { type Around, FUNCTIONS, failed, METHODS, OPTIONAL_FUNCTIONS } from './functions.ts';
import { invalid, shorten, type Tree } from './tree.ts';
import { compare, inWords, isEqual, isMap, load, NONE, Optional } from './values.ts';

/** One evaluation. Variables of macros have a place by their depth. */
export interface Frame extends Around {
  scope: Readonly<Record<string, unknown>>;
  variables: unknown[];
}
export type Run = (frame: Frame) => unknown;

/** The names of macro variables that are seen at a place, outermost first. */
type Variables = readonly string[];
interface Compiler {
  text: string;
}

/**
 * The expression as nested functions. We evaluate ourselves, because the library's evaluator has no bound on its work, wants whole
 * numbers as bigint (which would copy every finding for each condition) and makes a RegExp of the user's text.
 */
export function compileTree(text: string, tree: Tree): Run {
  return compileNode({ text }, tree, []);
}

function compileNode(compiler: Compiler, tree: Tree, variables: Variables): Run {
  const inside = (one: Tree) => compileNode(compiler, one, variables);
  switch (tree.kind) {
    case 'literal': {
      const { value } = tree;
      return () => value;
    }
    case 'name':
      return compileName(tree.name, variables);
    case 'field': {
      const { name } = tree;
      return compileAccess(compiler, tree, inside(tree.of), () => name);
    }
    case 'index':
      return compileAccess(compiler, tree, inside(tree.of), inside(tree.index));
    case 'has':
      return compileHas(tree.name, inside(tree.of));
    case 'call':
      return compileCall(compiler, tree.name, FUNCTIONS, tree.args.map(inside));
    case 'method':
      return compileMethod(compiler, tree, variables);
    case 'loop':
      return compileLoop(compiler, tree, variables);
    case 'bind': {
      const value = inside(tree.value);
      const depth = variables.length;
      const result = compileNode(compiler, tree.result, [...variables, tree.variable]);
      return (frame) => {
        frame.budget.take(1);
        frame.variables[depth] = value(frame);
        return result(frame);
      };
    }
    case 'otherwise':
      return compileOtherwise(inside(tree.of), inside(tree.other), tree.unwrap);
    case 'list':
      return compileList(tree.items.map(inside));
    case 'map':
      return compileMap(tree.entries.map(([key, value]) => [inside(key), inside(value)]));
    case 'choice': {
      const [condition, yes, no] = [inside(tree.condition), inside(tree.yes), inside(tree.no)];
      return (frame) => {
        frame.budget.take(1);
        return truth(condition(frame)) ? yes(frame) : no(frame);
      };
    }
    case 'logic':
      return compileLogic(tree.op === '||', inside(tree.left), inside(tree.right));
    case 'not': {
      const of = inside(tree.of);
      return (frame) => {
        frame.budget.take(1);
        return !truth(of(frame));
      };
    }
    case 'negate': {
      const of = inside(tree.of);
      return (frame) => arithmetic('-', 0n, of(frame), frame);
    }
    case 'binary':
      return compileBinary(tree, inside(tree.left), inside(tree.right));
  }
}

function compileName(name: string, variables: Variables): Run {
  const depth = variables.lastIndexOf(name);
  if (depth >= 0) return (frame) => frame.variables[depth];
  return ({ scope }) => {
    const value = Object.hasOwn(scope, name) ? scope[name] : undefined;
    if (value === undefined)
      throw failed(`There is no '${name}' here; there are: ${Object.keys(scope).slice(0, 20).join(', ')}.`);
    return load(value);
  };
}

function compileAccess({ text }: Compiler, tree: Tree & { kind: 'field' | 'index' }, of: Run, key: Run): Run {
  const owner = shorten(text.slice(tree.of.start, tree.of.end), 80);
  return (frame) => {
    frame.budget.take(1);
    const whole = of(frame);
    const wanted = key(frame);
    // As CEL: what follows on an optional is optional too.
    const optional = tree.optional || whole instanceof Optional;
    const base = whole instanceof Optional ? whole.value : whole;
    const value = member(base, wanted);
    if (optional) return value === undefined ? NONE : new Optional(true, load(value));
    if (value === undefined) {
      frame.budget.take(FAILURE);
      throw missing(owner, base, wanted);
    }
    return load(value);
  };
}

/** Making an error costs as much as this many steps. */
const FAILURE = 200;

function member(of: unknown, key: unknown): unknown {
  if (Array.isArray(of)) {
    const index = typeof key === 'bigint' || typeof key === 'number' ? Number(key) : -1;
    return Number.isInteger(index) && index >= 0 ? of[index] : undefined;
  }
  if (!isMap(of)) return undefined;
  const name = typeof key === 'string' ? key : String(key);
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

function missing(owner: string, of: unknown, key: unknown): SentinelError {
  if (Array.isArray(of) && typeof key !== 'string')
    return failed(`'${owner}' has ${of.length} entries, and none at ${String(key)}.`);
  if (!isMap(of)) return failed(`'${owner}' is ${inWords(of)} and has no field '${String(key)}'.`);
  const names = Object.keys(of);
  const near = closest(String(key).slice(0, 60), names.slice(0, 100));
  const advice = near
    ? `did you mean '${near}'?`
    : names.length > 0
      ? `it has: ${shorten(names.slice(0, 20).join(', '), 200)}.`
      : 'it is empty.';
  return failed(`'${owner}' has no field '${shorten(String(key), 60)}'; ${advice}`);
}

function compileHas(name: string, of: Run): Run {
  return (frame) => {
    frame.budget.take(1);
    const whole = of(frame);
    // `null` has no fields: what a skipped step gave can be asked like any other.
    return member(whole instanceof Optional ? whole.value : whole, name) !== undefined;
  };
}

function compileCall(
  { text }: Compiler,
  name: string,
  table: Readonly<Record<string, (args: readonly unknown[], around: Around) => unknown>>,
  args: readonly Run[],
): Run {
  const work = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!work) {
    const near = closest(name, Object.keys(table));
    throw invalid(text, `uses ${name}(): ${near ? `did you mean ${near}()?` : 'it is not there'}`);
  }
  return (frame) => {
    frame.budget.take(1);
    const values: unknown[] = [];
    for (const arg of args) values.push(arg(frame));
    return work(values, frame);
  };
}

function compileMethod(compiler: Compiler, tree: Tree & { kind: 'method' }, variables: Variables): Run {
  const inside = (one: Tree) => compileNode(compiler, one, variables);
  const args = tree.args.map(inside);
  if (tree.of.kind === 'name' && tree.of.name === 'optional' && !variables.includes('optional'))
    return compileCall(compiler, tree.name, OPTIONAL_FUNCTIONS, args);
  const table = Object.hasOwn(METHODS, tree.name) ? METHODS : { ...METHODS, ...ALSO_METHODS };
  return compileCall(compiler, tree.name, table, [inside(tree.of), ...args]);
}

const { size, lower, upper, trim, split, replace, join } = FUNCTIONS;
const ALSO_METHODS = { size, lower, upper, trim, split, replace, join } as Record<
  string,
  (typeof FUNCTIONS)[string]
>;

function compileLoop(compiler: Compiler, tree: Tree & { kind: 'loop' }, variables: Variables): Run {
  const of = compileNode(compiler, tree.of, variables);
  const depth = variables.length;
  const within = [...variables, tree.variable];
  const where = tree.where && compileNode(compiler, tree.where, within);
  const result = tree.result && compileNode(compiler, tree.result, within);
  const owner = shorten(compiler.text.slice(tree.of.start, tree.of.end), 80);
  const items = (frame: Frame): readonly unknown[] => {
    const whole = of(frame);
    if (Array.isArray(whole)) return whole;
    if (isMap(whole)) return Object.keys(whole);
    throw failed(`${tree.loop}() needs a list or an object, and '${owner}' is ${inWords(whole)}.`);
  };
  const holds = (frame: Frame, item: unknown): boolean => {
    frame.budget.take(1);
    frame.variables[depth] = load(item);
    return where === null || truth(where(frame));
  };
  if (tree.loop === 'all' || tree.loop === 'exists') {
    const wanted = tree.loop === 'exists';
    // As CEL: an error of one item is forgotten when another one decides.
    return (frame) => {
      let first: unknown;
      for (const item of items(frame)) {
        try {
          if (holds(frame, item) === wanted) return wanted;
        } catch (error) {
          if (frame.budget.exhausted) throw error;
          first ??= error;
        }
      }
      if (first) throw first;
      return !wanted;
    };
  }
  if (tree.loop === 'exists_one')
    return (frame) => {
      let count = 0;
      for (const item of items(frame)) if (holds(frame, item)) count += 1;
      return count === 1;
    };
  return (frame) => {
    const found: unknown[] = [];
    frame.made.add(found);
    for (const item of items(frame))
      if (holds(frame, item)) found.push(result ? result(frame) : frame.variables[depth]);
    return found;
  };
}

function compileOtherwise(of: Run, other: Run, unwrap: boolean): Run {
  return (frame) => {
    frame.budget.take(1);
    const value = of(frame);
    if (!(value instanceof Optional))
      throw failed(`or() and orValue() follow on an optional such as x.?y, not on ${inWords(value)}.`);
    if (!value.present) return other(frame);
    return unwrap ? value.value : value;
  };
}

function compileList(items: readonly Run[]): Run {
  return (frame) => {
    frame.budget.take(1 + items.length);
    const list = items.map((item) => item(frame));
    frame.made.add(list);
    return list;
  };
}

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

function compileMap(entries: readonly [Run, Run][]): Run {
  return (frame) => {
    frame.budget.take(1 + entries.length);
    const map: Record<string, unknown> = {};
    frame.made.add(map);
    for (const [key, value] of entries) {
      const name = key(frame);
      if (typeof name === 'object' || typeof name === 'number')
        throw failed(`A key must be a text, not ${inWords(name)}.`);
      if (FORBIDDEN.includes(String(name))) throw failed(`The key '${String(name)}' is not allowed.`);
      map[String(name)] = value(frame);
    }
    return map;
  };
}

/** As CEL: when one side decides, an error of the other one does not matter. */
function compileLogic(deciding: boolean, left: Run, right: Run): Run {
  return (frame) => {
    frame.budget.take(1);
    let failure: unknown;
    try {
      if (truth(left(frame)) === deciding) return deciding;
    } catch (error) {
      if (frame.budget.exhausted) throw error;
      failure = error;
    }
    if (truth(right(frame)) === deciding) return deciding;
    if (failure) throw failure;
    return !deciding;
  };
}

function compileBinary(tree: Tree & { kind: 'binary' }, left: Run, right: Run): Run {
  const { op } = tree;
  switch (op) {
    case '==':
      return (frame) => isEqual(left(frame), right(frame), frame.budget);
    case '!=':
      return (frame) => !isEqual(left(frame), right(frame), frame.budget);
    case 'in':
      return (frame) => isIn(left(frame), right(frame), frame);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (frame) => {
        const [a, b] = [left(frame), right(frame)];
        frame.budget.take(1 + (typeof a === 'string' ? a.length >> 6 : 0));
        const difference = compare(a, b);
        if (difference === undefined) {
          if (typeof a === 'number' || typeof b === 'number') return false;
          frame.budget.take(FAILURE);
          throw failed(`'${op}' cannot compare ${inWords(a)} with ${inWords(b)}.`);
        }
        if (op === '<') return difference < 0;
        if (op === '<=') return difference <= 0;
        return op === '>' ? difference > 0 : difference >= 0;
      };
    default:
      return (frame) => arithmetic(op, left(frame), right(frame), frame);
  }
}

function isIn(item: unknown, whole: unknown, frame: Frame): boolean {
  frame.budget.take(1);
  if (Array.isArray(whole)) return whole.some((one) => isEqual(item, one, frame.budget));
  if (isMap(whole)) return member(whole, item) !== undefined;
  if (typeof whole === 'string' && typeof item === 'string') {
    frame.budget.take(whole.length >> 4);
    return whole.includes(item);
  }
  throw failed(`'in' needs a list, an object or a text on its right, not ${inWords(whole)}.`);
}

function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw failed(`A condition must be true or false, not ${inWords(value)}; compare it with something.`);
}
