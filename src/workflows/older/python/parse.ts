import { type Token, tokensOf } from './tokens.ts';
import { Untranslatable } from './untranslatable.ts';

export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'is', 'is not'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Expression =
  | { kind: 'literal'; value: string | number | bigint | boolean | null }
  | { kind: 'name'; name: string }
  /** What stood in `${…}` or `{{…}}`. `asText`: in quotes, so it is a text whatever it holds. */
  | { kind: 'template'; of: Expression; asText: boolean }
  | { kind: 'attribute'; of: Expression; name: string }
  | { kind: 'index'; of: Expression; by: Expression }
  | { kind: 'call'; of: Expression; args: Expression[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'minus'; of: Expression }
  | { kind: 'logic'; op: 'and' | 'or'; parts: Expression[] }
  /** `a < b <= c`: each is compared with the next. */
  | { kind: 'compare'; first: Expression; rest: { op: Comparison; right: Expression }[] }
  | { kind: 'arithmetic'; op: '+' | '-' | '*'; left: Expression; right: Expression }
  | { kind: 'choice'; condition: Expression; yes: Expression; no: Expression }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'map'; entries: [Expression, Expression][] };

/** Deeper is refused: the recursion below has no other bound. */
const MOST_DEPTH = 40;

const REFUSED: Record<string, string> = {
  lambda: 'a function (lambda)',
  for: 'a comprehension (for)',
  await: 'await',
  yield: 'yield',
  async: 'async',
  import: 'import',
};
const WORDS = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else', ...Object.keys(REFUSED)]);

const REFUSED_OPERATORS: Record<string, string> = {
  '/': 'CEL divides whole numbers without a rest, Python does not',
  '//': 'CEL has no //',
  '%': 'the sign of % differs between Python and CEL',
  '**': 'CEL has no **',
  '@': 'CEL has no @',
  '&&': 'Python writes `and`',
  '||': 'Python writes `or`',
  '!': 'Python writes `not`',
  '?': 'Python writes `a if condition else b`',
  '<>': 'write !=',
};
const ASSIGNMENT = /^(?::|[+\-*/%@&|^]|\*\*|\/\/|<<|>>)?=$/;

interface Reader {
  peek(): Token;
  next(): Token;
  depth: number;
}

/** Reads one Python expression of the kind that conditions hold; throws Untranslatable with the reason. */
export function parseExpression(source: string, depth = 0): Expression {
  const tokens = tokensOf(source);
  let at = 0;
  const end: Token = { kind: 'end' };
  const reader: Reader = {
    peek: () => tokens[at] ?? end,
    next: () => tokens[at++] ?? end,
    depth,
  };
  if (reader.peek().kind === 'end') throw new Untranslatable('it is empty');
  const expression = readChoice(reader);
  if (reader.peek().kind !== 'end') refuse(reader.peek());
  return expression;
}

function readChoice(reader: Reader): Expression {
  reader.depth += 1;
  if (reader.depth > MOST_DEPTH) throw new Untranslatable(`it is nested deeper than ${MOST_DEPTH} levels`);
  const yes = readLogic(reader, 'or');
  let result = yes;
  if (takeWord(reader, 'if')) {
    const condition = readLogic(reader, 'or');
    if (!takeWord(reader, 'else')) throw new Untranslatable('`if` has no `else`');
    result = { kind: 'choice', condition, yes, no: readChoice(reader) };
  }
  reader.depth -= 1;
  return result;
}

function readLogic(reader: Reader, op: 'and' | 'or'): Expression {
  const read = () => (op === 'or' ? readLogic(reader, 'and') : readNot(reader));
  const first = read();
  const parts = [first];
  while (takeWord(reader, op)) parts.push(read());
  return parts.length === 1 ? first : { kind: 'logic', op, parts };
}

function readNot(reader: Reader): Expression {
  let times = 0;
  while (takeWord(reader, 'not')) times += 1;
  if (times > MOST_DEPTH) throw new Untranslatable(`it is nested deeper than ${MOST_DEPTH} levels`);
  let of = readComparison(reader);
  for (; times > 0; times -= 1) of = { kind: 'not', of };
  return of;
}

function readComparison(reader: Reader): Expression {
  const first = readSum(reader);
  const rest: { op: Comparison; right: Expression }[] = [];
  for (let op = takeComparison(reader); op; op = takeComparison(reader))
    rest.push({ op, right: readSum(reader) });
  return rest.length === 0 ? first : { kind: 'compare', first, rest };
}

function takeComparison(reader: Reader): Comparison | null {
  const token = reader.peek();
  if (token.kind === 'op') {
    const op = COMPARISONS.find((one) => one === token.text);
    if (op) reader.next();
    return op ?? null;
  }
  if (takeWord(reader, 'in')) return 'in';
  if (takeWord(reader, 'is')) return takeWord(reader, 'not') ? 'is not' : 'is';
  if (!takeWord(reader, 'not')) return null;
  if (!takeWord(reader, 'in')) throw new Untranslatable('`not` stands where `not in` is expected');
  return 'not in';
}

function readSum(reader: Reader): Expression {
  let left = readProduct(reader);
  for (let count = 0; ; count += 1) {
    const op = takeOperator(reader, ['+', '-'] as const);
    if (!op) return left;
    if (count > MOST_DEPTH) throw new Untranslatable('it is too long');
    left = { kind: 'arithmetic', op, left, right: readProduct(reader) };
  }
}

function readProduct(reader: Reader): Expression {
  let left = readUnary(reader);
  for (let count = 0; takeOperator(reader, ['*'] as const); count += 1) {
    if (count > MOST_DEPTH) throw new Untranslatable('it is too long');
    left = { kind: 'arithmetic', op: '*', left, right: readUnary(reader) };
  }
  return left;
}

function readUnary(reader: Reader): Expression {
  let minus = 0;
  for (let op = takeOperator(reader, ['-', '+'] as const); op; op = takeOperator(reader, ['-', '+'] as const))
    if (op === '-') minus += 1;
  const of = readPrimary(reader);
  if (minus > MOST_DEPTH) throw new Untranslatable(`it is nested deeper than ${MOST_DEPTH} levels`);
  return minus % 2 === 1 ? negative(of) : of;
}

function negative(of: Expression): Expression {
  if (of.kind === 'literal' && (typeof of.value === 'bigint' || typeof of.value === 'number'))
    return { kind: 'literal', value: -of.value };
  return { kind: 'minus', of };
}

function readPrimary(reader: Reader): Expression {
  let of = readAtom(reader);
  for (let count = 0; ; count += 1) {
    if (count > MOST_DEPTH) throw new Untranslatable(`it is nested deeper than ${MOST_DEPTH} levels`);
    if (takeOperator(reader, ['.'] as const)) {
      const name = reader.next();
      if (name.kind !== 'name') return refuse(name);
      if (name.text.startsWith('__')) throw new Untranslatable(`'${name.text}' reaches into Python itself`);
      of = { kind: 'attribute', of, name: name.text };
    } else if (takeOperator(reader, ['['] as const)) {
      const by = readChoice(reader);
      if (takeOperator(reader, [':'] as const))
        throw new Untranslatable('a part of a list ([a:b]) is not translated');
      expect(reader, ']');
      of = { kind: 'index', of, by };
    } else if (takeOperator(reader, ['('] as const)) {
      of = { kind: 'call', of, args: readItems(reader, ')') };
    } else return of;
  }
}

function readAtom(reader: Reader): Expression {
  const token = reader.next();
  switch (token.kind) {
    case 'int':
    case 'float':
      return { kind: 'literal', value: token.value };
    case 'string': {
      let value = token.value;
      // Texts that stand beside each other are one text.
      for (let next = reader.peek(); next.kind === 'string'; next = reader.peek()) {
        value += next.value;
        reader.next();
      }
      return { kind: 'literal', value };
    }
    case 'template':
      return { kind: 'template', of: parseExpression(token.source, reader.depth + 1), asText: token.quoted };
    case 'name':
      return readName(token.text);
    case 'op':
      return readBracket(reader, token);
    default:
      throw new Untranslatable('it ends too early');
  }
}

function readName(name: string): Expression {
  if (name === 'True' || name === 'true') return { kind: 'literal', value: true };
  if (name === 'False' || name === 'false') return { kind: 'literal', value: false };
  if (name === 'None' || name === 'null') return { kind: 'literal', value: null };
  if (WORDS.has(name)) return refuse({ kind: 'name', text: name });
  return { kind: 'name', name };
}

function readBracket(reader: Reader, token: Token & { kind: 'op' }): Expression {
  if (token.text === '(') {
    if (takeOperator(reader, [')'] as const)) return { kind: 'list', items: [] };
    const first = readChoice(reader);
    if (takeOperator(reader, [')'] as const)) return first;
    expect(reader, ',');
    return { kind: 'list', items: [first, ...readItems(reader, ')')] };
  }
  if (token.text === '[') return { kind: 'list', items: readItems(reader, ']') };
  if (token.text === '{') return readBraces(reader);
  return refuse(token);
}

function readBraces(reader: Reader): Expression {
  if (takeOperator(reader, ['}'] as const)) return { kind: 'map', entries: [] };
  const first = readChoice(reader);
  if (!takeOperator(reader, [':'] as const)) {
    if (takeOperator(reader, ['}'] as const)) return { kind: 'list', items: [first] };
    expect(reader, ',');
    return { kind: 'list', items: [first, ...readItems(reader, '}')] };
  }
  const entries: [Expression, Expression][] = [[first, readChoice(reader)]];
  while (takeOperator(reader, [','] as const)) {
    const token = reader.peek();
    if (token.kind === 'op' && token.text === '}') break;
    const key = readChoice(reader);
    expect(reader, ':');
    entries.push([key, readChoice(reader)]);
  }
  expect(reader, '}');
  return { kind: 'map', entries };
}

function readItems(reader: Reader, close: string): Expression[] {
  const items: Expression[] = [];
  for (;;) {
    if (takeOperator(reader, [close] as const)) return items;
    items.push(readChoice(reader));
    if (takeOperator(reader, [close] as const)) return items;
    expect(reader, ',');
  }
}

function takeWord(reader: Reader, word: string): boolean {
  const token = reader.peek();
  if (token.kind !== 'name' || token.text !== word) return false;
  reader.next();
  return true;
}

function takeOperator<const T extends string>(reader: Reader, wanted: readonly T[]): T | null {
  const token = reader.peek();
  if (token.kind !== 'op') return null;
  const found = wanted.find((one) => one === token.text);
  if (found) reader.next();
  return found ?? null;
}

function expect(reader: Reader, text: string): void {
  if (!takeOperator(reader, [text])) refuse(reader.peek(), text);
}

function refuse(token: Token, expected?: string): never {
  if (token.kind === 'name' && Object.hasOwn(REFUSED, token.text))
    throw new Untranslatable(`${REFUSED[token.text]} is not translated`);
  if (token.kind === 'op' && Object.hasOwn(REFUSED_OPERATORS, token.text))
    throw new Untranslatable(`'${token.text}' is not translated: ${REFUSED_OPERATORS[token.text]}`);
  if (token.kind === 'op' && ASSIGNMENT.test(token.text))
    throw new Untranslatable(`'${token.text}' assigns a value; compare with ==`);
  if (token.kind === 'op' && ['&', '|', '^', '~', '<<', '>>'].includes(token.text))
    throw new Untranslatable(`'${token.text}' works on bits, which CEL does not`);
  const what = token.kind === 'end' ? 'it ends too early' : `${wordOf(token)} is not expected here`;
  if (token.kind === 'end' && expected) throw new Untranslatable('a bracket is not closed');
  throw new Untranslatable(expected ? `${what}; '${expected}' is` : what);
}

function wordOf(token: Token): string {
  switch (token.kind) {
    case 'name':
    case 'op':
      return `'${token.text}'`;
    case 'int':
    case 'float':
      return String(token.value);
    case 'template':
      return `'${token.source.trim().slice(0, 40)}'`;
    case 'string':
      return `the text ${JSON.stringify(token.value.slice(0, 40))}`;
    default:
      return 'the end';
  }
}
