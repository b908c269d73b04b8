import { EvaluationError, ParseError, TypeError as TypeProblem } from '@marcbachmann/cel-js';
import { SentinelError } from '../errors.ts';
import { visibleText } from '../visible-text.ts';
import { celLanguage, LONGEST_EXPRESSION } from './language.ts';

/** Where a part stands in the text of the expression. */
interface Span {
  start: number;
  end: number;
}
export const LOOPS = ['all', 'exists', 'exists_one', 'map', 'filter'] as const;
export type LoopKind = (typeof LOOPS)[number];
export const BINARY = ['==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'] as const;
export type BinaryOperator = (typeof BINARY)[number];

/** An expression as we evaluate it; the library parses and checks the types. */
export type Tree = Span &
  (
    | { kind: 'literal'; value: string | bigint | number | boolean | null }
    | { kind: 'name'; name: string }
    | { kind: 'field'; of: Tree; name: string; optional: boolean }
    | { kind: 'index'; of: Tree; index: Tree; optional: boolean }
    | { kind: 'call'; name: string; args: Tree[] }
    | { kind: 'method'; name: string; of: Tree; args: Tree[] }
    | { kind: 'loop'; loop: LoopKind; of: Tree; variable: string; where: Tree | null; result: Tree | null }
    | { kind: 'bind'; variable: string; value: Tree; result: Tree }
    | { kind: 'has'; of: Tree; name: string }
    | { kind: 'otherwise'; of: Tree; other: Tree; unwrap: boolean }
    | { kind: 'list'; items: Tree[] }
    | { kind: 'map'; entries: [Tree, Tree][] }
    | { kind: 'choice'; condition: Tree; yes: Tree; no: Tree }
    | { kind: 'logic'; op: '&&' | '||'; left: Tree; right: Tree }
    | { kind: 'not'; of: Tree }
    | { kind: 'negate'; of: Tree }
    | { kind: 'binary'; op: BinaryOperator; left: Tree; right: Tree }
  );

/** What the library calls a node, with all kinds of arguments. */
interface Node {
  op: string;
  args: unknown;
  start: number;
  end: number;
  setMeta(key: 'macro', macro: object): void;
}

/** Throws `invalid-expression` that says what and at which character. */
export function parseTree(text: string): Tree {
  if (text.length > LONGEST_EXPRESSION)
    throw invalid(text, `is longer than ${LONGEST_EXPRESSION} characters`);
  if (text.trim() === '') throw invalid(text, 'is empty');
  try {
    const parsed = celLanguage().parse(text);
    const tree = treeOf(parsed.ast as unknown as Node, text);
    const checked = parsed.check();
    // JSON has fields of several types: both branches of a choice may differ.
    if (!checked.valid && checked.error?.code !== 'incompatible_ternary_branches') throw checked.error;
    return tree;
  } catch (error) {
    if (error instanceof SentinelError) throw error;
    throw unreadable(text, error);
  }
}

function unreadable(text: string, cause: unknown): SentinelError {
  const known =
    cause instanceof ParseError || cause instanceof TypeProblem || cause instanceof EvaluationError;
  if (!known) return invalid(text, 'is nested too deeply', cause);
  const at = cause.range ? ` at character ${cause.range.start + 1}` : '';
  return invalid(
    text,
    `is not CEL: ${visibleText(shorten(cause.summary ?? cause.message, 200))}${at}`,
    cause,
  );
}

/** `'TEXT' is …` */
export function invalid(text: string, what: string, cause?: unknown): SentinelError {
  return new SentinelError('invalid-expression', `'${visibleText(shorten(text, 120))}' ${what}.`, { cause });
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).toWellFormed()}…` : text;
}

function treeOf(node: Node, text: string): Tree {
  const at = { start: node.start, end: node.end };
  const inside = (one: unknown) => treeOf(one as Node, text);
  const pair = () => node.args as [Node, Node];
  switch (node.op) {
    case 'value':
      return { ...at, kind: 'literal', value: literalOf(node.args, text) };
    case 'id':
      return { ...at, kind: 'name', name: node.args as string };
    case '.':
    case '.?': {
      const [of, name] = node.args as [Node, string];
      return { ...at, kind: 'field', of: inside(of), name, optional: node.op === '.?' };
    }
    case '[]':
    case '[?]':
      return {
        ...at,
        kind: 'index',
        of: inside(pair()[0]),
        index: inside(pair()[1]),
        optional: node.op === '[?]',
      };
    case 'call':
      return { ...at, ...callOf(node, text) };
    case 'rcall':
      return { ...at, ...methodOf(node, text) };
    case 'list':
      return { ...at, kind: 'list', items: (node.args as Node[]).map(inside) };
    case 'map':
      return {
        ...at,
        kind: 'map',
        entries: (node.args as [Node, Node][]).map(([key, value]) => [inside(key), inside(value)]),
      };
    case '?:': {
      const [condition, yes, no] = node.args as [Node, Node, Node];
      return { ...at, kind: 'choice', condition: inside(condition), yes: inside(yes), no: inside(no) };
    }
    case '&&':
    case '||':
      return { ...at, kind: 'logic', op: node.op, left: inside(pair()[0]), right: inside(pair()[1]) };
    case '!_':
      return { ...at, kind: 'not', of: inside(node.args) };
    case '-_':
      return { ...at, kind: 'negate', of: inside(node.args) };
    default: {
      const op = BINARY.find((one) => one === node.op);
      if (!op) throw invalid(text, `uses '${node.op}', which is not there`);
      return { ...at, kind: 'binary', op, left: inside(pair()[0]), right: inside(pair()[1]) };
    }
  }
}

type Bare<T> = T extends Span ? Omit<T, keyof Span> : never;

function callOf(node: Node, text: string): Bare<Tree> {
  const [name, args] = node.args as [string, Node[]];
  const [first] = args;
  if (name === 'has' && first) {
    if (args.length !== 1 || (first.op !== '.' && first.op !== '.?'))
      throw invalid(text, 'uses has(), which expects a field such as has(steps.scan.output.total)');
    const [of, field] = first.args as [Node, string];
    node.setMeta('macro', hasMacro(of));
    return { kind: 'has', of: treeOf(of, text), name: field };
  }
  return { kind: 'call', name, args: args.map((one) => treeOf(one, text)) };
}

/** The library's own takes names in a row only, and a step whose name has a `-` is reached as `steps["a-b"]`. */
function hasMacro(of: Node): object {
  return {
    typeCheck(
      checker: { check(node: Node, at: unknown): unknown; getType(name: string): unknown },
      _: unknown,
      at: unknown,
    ) {
      checker.check(of, at);
      return checker.getType('bool');
    },
  };
}

function methodOf(node: Node, text: string): Bare<Tree> {
  const [name, receiver, args] = node.args as [string, Node, Node[]];
  const [first, second, third] = args;
  if (name === 'bind' && isName(receiver, 'cel') && first && second && third)
    return {
      kind: 'bind',
      variable: first.args as string,
      value: treeOf(second, text),
      result: treeOf(third, text),
    };
  const of = treeOf(receiver, text);
  const loop = LOOPS.find((one) => one === name);
  if (loop && first?.op === 'id' && second) {
    const predicate = treeOf(second, text);
    const variable = first.args as string;
    if (loop !== 'map') return { kind: 'loop', loop, of, variable, where: predicate, result: null };
    return third
      ? { kind: 'loop', loop, of, variable, where: predicate, result: treeOf(third, text) }
      : { kind: 'loop', loop, of, variable, where: null, result: predicate };
  }
  if ((name === 'or' || name === 'orValue') && first)
    return { kind: 'otherwise', of, other: treeOf(first, text), unwrap: name === 'orValue' };
  return { kind: 'method', name, of, args: args.map((one) => treeOf(one, text)) };
}

function isName(node: Node, name: string): boolean {
  return node.op === 'id' && node.args === name;
}

function literalOf(value: unknown, text: string): string | bigint | number | boolean | null {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw invalid(text, "uses a literal of a kind that JSON does not have (such as b'…' or 1u)");
}
