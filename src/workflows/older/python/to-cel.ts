import { compile } from '../../../lib/cel/expression.ts';
import { SentinelError } from '../../../lib/errors.ts';
import { isSeverity, type Names, resolve } from '../references.ts';
import {
  atLeast,
  type Cel,
  field,
  isField,
  LEVEL,
  listLiteral,
  mapLiteral,
  primary,
  textLiteral,
} from './cel.ts';
import { compare } from './compare.ts';
import { type Expression, parseExpression } from './parse.ts';
import { truth } from './truth.ts';
import { Untranslatable } from './untranslatable.ts';

/** A translated condition of a page would be a mistake, or an attack: `.get()` writes its object twice. */
const MOST_CHARACTERS = 8_000;

/** A condition: Python's truth of it, as a CEL boolean. Throws Untranslatable. */
export function conditionToCel(source: string, names: Names): string {
  return checked(bounded(asTruth(parseExpression(source), names))).text;
}

/** A value. Throws Untranslatable. */
export function valueToCel(source: string, names: Names): Cel {
  return checked(bounded(asValue(parseExpression(source), names)));
}

function bounded(cel: Cel): Cel {
  if (cel.text.length > MOST_CHARACTERS) throw new Untranslatable('its translation would be too long');
  return cel;
}

/** What is read here must be read by CEL as well; it is stricter about depth. */
function checked(cel: Cel): Cel {
  try {
    compile(cel.text);
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    throw new Untranslatable(`its translation is refused: ${error.message.replace(/\.$/, '')}`);
  }
  return cel;
}

/** In a place where only true and false count. */
function asTruth(of: Expression, names: Names): Cel {
  if (of.kind === 'not') {
    const inner = asTruth(of.of, names);
    return { text: `!${atLeast(inner, LEVEL.unary)}`, level: LEVEL.unary, type: 'bool' };
  }
  if (of.kind === 'logic')
    return join(
      of.op,
      of.parts.map((part) => asTruth(part, names)),
    );
  if (of.kind === 'template' && !of.asText) return asTruth(of.of, names);
  return truth(asValue(of, names));
}

function join(op: 'and' | 'or', parts: readonly Cel[]): Cel {
  const level = op === 'and' ? LEVEL.and : LEVEL.or;
  // The same level needs no brackets: both are read from the left and it makes no difference.
  const text = parts.map((part) => atLeast(part, level)).join(op === 'and' ? ' && ' : ' || ');
  return bounded({ text, level, type: 'bool' });
}

function asValue(of: Expression, names: Names): Cel {
  switch (of.kind) {
    case 'literal':
      return literal(of.value);
    case 'template': {
      const inner = asValue(of.of, names);
      return of.asText ? asText(inner) : inner;
    }
    case 'name':
    case 'attribute':
    case 'index':
      return chain(of, names);
    case 'call':
      return isGet(of) ? chain(of, names) : call(of, names);
    case 'not':
      return asTruth(of, names);
    case 'logic':
      return logicValue(of, names);
    case 'compare':
      return comparison(of, names);
    case 'arithmetic':
      return arithmetic(of, names);
    case 'minus':
      return minus(asValue(of.of, names));
    case 'choice': {
      const yes = asValue(of.yes, names);
      return choice(asTruth(of.condition, names), yes, asValue(of.no, names));
    }
    case 'list': {
      const items = of.items.map((item) => asValue(item, names));
      return bounded(primary(listLiteral(items), 'list'));
    }
    case 'map': {
      const entries = of.entries.map(([key, value]) => [asValue(key, names), asValue(value, names)] as const);
      return bounded(primary(mapLiteral(entries), 'map'));
    }
  }
}

function literal(value: string | number | bigint | boolean | null): Cel {
  if (typeof value === 'string') return primary(textLiteral(value), 'string');
  if (typeof value === 'boolean') return primary(String(value), 'bool');
  if (value === null) return primary('null', 'null');
  const level = value < 0 ? LEVEL.unary : LEVEL.primary;
  if (typeof value === 'bigint') return { text: String(value), level, type: 'int' };
  const text = String(value);
  // `3.0` prints as 3, which would be a whole number.
  return { text: /^-?\d+$/.test(text) ? `${text}.0` : text, level, type: 'double' };
}

/** What `'${x}'` gives: always a text. */
function asText(cel: Cel): Cel {
  if (cel.type === 'string' || cel.type === 'status') return cel;
  return primary(`string(${cel.text})`, 'string');
}

type Link = { get: Expression; otherwise: Expression | null } | { key: Expression } | { name: string };

/** `a.b['c'].get('d', 0)`: what it begins with decides how much of it is the name of a step or variable. */
function chain(of: Expression, names: Names): Cel {
  const links: Link[] = [];
  let start = of;
  for (;;) {
    if (start.kind === 'attribute') {
      links.push({ name: start.name });
      start = start.of;
    } else if (start.kind === 'index') {
      links.push({ key: start.by });
      start = start.of;
    } else if (isGet(start)) {
      const [get, otherwise = null] = start.args;
      if (get) links.push({ get, otherwise });
      start = start.of.of;
    } else break;
  }
  links.reverse();
  if (start.kind !== 'name')
    return links.reduce((at, link) => follow(at, link, names), asValue(start, names));
  const keys = [start.name];
  for (const link of links) {
    const key = staticKey(link);
    if (key === null) break;
    keys.push(key);
  }
  const { cel, used } = resolve(keys, names);
  return links.slice(used - 1).reduce((at, link) => follow(at, link, names), cel);
}

type Get = Expression & { kind: 'call'; of: Expression & { kind: 'attribute' } };

function isGet(of: Expression): of is Get {
  return (
    of.kind === 'call' &&
    of.of.kind === 'attribute' &&
    of.of.name === 'get' &&
    (of.args.length === 1 || of.args.length === 2)
  );
}

function staticKey(link: Link): string | null {
  if ('name' in link) return link.name;
  const key = 'get' in link ? link.get : link.key;
  return key.kind === 'literal' && typeof key.value === 'string' ? key.value : null;
}

function follow(of: Cel, link: Link, names: Names): Cel {
  const at = atLeast(of, LEVEL.primary);
  if ('name' in link) return bounded(primary(field(at, link.name), typeAt(link.name)));
  if ('key' in link) {
    const key = asValue(link.key, names);
    if (key.type === 'string')
      return bounded(primary(fieldOrIndex(at, link.key, key), typeAt(staticKey(link) ?? '')));
    const fromEnd = key.type === 'int' && key.text.startsWith('-');
    const by = fromEnd ? `size(${at}) - ${key.text.slice(1)}` : key.text;
    return bounded(primary(`${at}[${by}]`, 'dyn'));
  }
  const key = asValue(link.get, names);
  const otherwise = link.otherwise ? asValue(link.otherwise, names) : primary('null', 'null');
  const value = fieldOrIndex(at, link.get, key);
  const short = link.get.kind === 'literal' && typeof link.get.value === 'string' && isField(link.get.value);
  const there: Cel = short
    ? primary(`has(${value})`, 'bool')
    : { text: `${atLeast(key, LEVEL.sum)} in ${at}`, level: LEVEL.compare, type: 'bool' };
  return choice(there, primary(value, 'dyn'), otherwise);
}

function typeAt(key: string): Cel['type'] {
  return isSeverity(key) ? 'severity' : 'dyn';
}

function fieldOrIndex(at: string, by: Expression, key: Cel): string {
  if (by.kind === 'literal' && typeof by.value === 'string') return field(at, by.value);
  return `${at}[${key.text}]`;
}

function call(of: Expression & { kind: 'call' }, names: Names): Cel {
  const { of: called, args } = of;
  const [first, ...others] = args;
  if (called.kind === 'name' && first && others.length === 0) {
    if (called.name === 'len') return primary(`size(${asValue(first, names).text})`, 'int');
    if (called.name === 'bool') return asTruth(first, names);
    if (called.name === 'str') return asText(asValue(first, names));
  }
  if (called.kind === 'attribute' && first && others.length === 0) {
    const method = { startswith: 'startsWith', endswith: 'endsWith' }[called.name];
    if (method) {
      const at = atLeast(asValue(called.of, names), LEVEL.primary);
      return bounded(primary(`${at}.${method}(${asValue(first, names).text})`, 'bool'));
    }
  }
  const name = called.kind === 'name' || called.kind === 'attribute' ? called.name : 'this';
  throw new Untranslatable(
    `the call ${name}(…) is not translated; only len(), str(), bool(), .get(), .startswith() and .endswith() are`,
  );
}

/** Python's `and` and `or` give one of their sides, not true or false. */
function logicValue(of: Expression & { kind: 'logic' }, names: Names): Cel {
  const parts = of.parts.map((part) => asValue(part, names));
  if (parts.every((part) => part.type === 'bool')) return join(of.op, parts);
  const [last, ...before] = parts.reverse();
  return before.reduce(
    (rest, part) => (of.op === 'or' ? choice(truth(part), part, rest) : choice(truth(part), rest, part)),
    last ?? primary('null', 'null'),
  );
}

function choice(condition: Cel, yes: Cel, no: Cel): Cel {
  const known = yes.type !== 'dyn' && no.type !== 'dyn';
  const type = yes.type === no.type && yes.type !== 'step' && yes.type !== 'status' ? yes.type : 'dyn';
  // Sides that are known to be of different kinds would not pass CEL's check of types.
  const side = (part: Cel) => (known && type === 'dyn' ? `dyn(${part.text})` : atLeast(part, LEVEL.or));
  return bounded({
    text: `${atLeast(condition, LEVEL.or)} ? ${side(yes)} : ${side(no)}`,
    level: LEVEL.choice,
    type,
  });
}

function comparison(of: Expression & { kind: 'compare' }, names: Names): Cel {
  const parts: Cel[] = [];
  let left = asValue(of.first, names);
  for (const { op, right: source } of of.rest) {
    const right = asValue(source, names);
    parts.push(compare(left, op, { cel: right, source }));
    left = right;
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : join('and', parts);
}

function arithmetic(of: Expression & { kind: 'arithmetic' }, names: Names): Cel {
  const left = asValue(of.left, names);
  const right = asValue(of.right, names);
  const kinds = [left.type, right.type].map((type): Cel['type'] => (type === 'status' ? 'string' : type));
  const numbers = kinds.every((kind) => kind === 'int' || kind === 'double' || kind === 'dyn');
  const texts = of.op === '+' && kinds.every((kind) => kind === 'string' || kind === 'dyn');
  if (!numbers && !texts)
    throw new Untranslatable(`'${of.op}' between ${named(left)} and ${named(right)} is not translated`);
  const level = of.op === '*' ? LEVEL.product : LEVEL.sum;
  const [one = 'dyn', two = 'dyn'] = kinds;
  const text = `${atLeast(left, level)} ${of.op} ${atLeast(right, level + 1)}`;
  const type = one === two ? one : numbers && one !== 'dyn' && two !== 'dyn' ? 'double' : 'dyn';
  return bounded({ text, level, type });
}

function minus(of: Cel): Cel {
  if (!['int', 'double', 'dyn'].includes(of.type))
    throw new Untranslatable(`'-' before ${named(of)} is not translated`);
  return { text: `-${atLeast(of, LEVEL.primary)}`, level: LEVEL.unary, type: of.type };
}

function named(cel: Cel): string {
  const words: Record<string, string> = {
    bool: 'a truth value',
    int: 'a number',
    double: 'a number',
    string: 'a text',
    status: 'a status',
    null: 'None',
    step: 'a whole result',
  };
  return words[cel.type] ?? (cel.type === 'dyn' ? 'a value' : `a ${cel.type}`);
}
