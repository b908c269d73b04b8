import { Untranslatable } from './untranslatable.ts';

export type Token =
  | { kind: 'name'; text: string }
  | { kind: 'int'; value: bigint }
  | { kind: 'float'; value: number }
  | { kind: 'string'; value: string }
  /** `${scan.count}` or `{{ scan.count }}` inside an expression; `quoted`: it is all that a text in quotes holds. */
  | { kind: 'template'; source: string; quoted: boolean }
  | { kind: 'op'; text: string }
  | { kind: 'end' };

/** A condition is a line or two. */
export const MOST_CHARACTERS = 4_000;

// Longest first.
const OPERATORS = [
  ...['**=', '//=', '>>=', '<<=', '...', '**', '//', '<<', '>>', '<=', '>=', '==', '!=', '<>', ':=', '->'],
  ...['+=', '-=', '*=', '/=', '%=', '@=', '&=', '|=', '^=', '&&', '||'],
  ...[
    '+',
    '-',
    '*',
    '/',
    '%',
    '@',
    '&',
    '|',
    '^',
    '~',
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '.',
  ],
  ...['=', ';', '!', '?'],
];

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?/y;
const STRING_START = /([A-Za-z]{0,2})('''|"""|'|")/y;
/** At the beginning of a text in quotes, up to its end. */
const ONLY_TEMPLATE = /^\s*(?:\$\{(?!\{)([^{}]+)\}|\{\{([^{}]+)\}\})\s*$/;

/** Reads Python's words. Throws Untranslatable for what is no Python, or nothing that a condition may hold. */
export function tokensOf(source: string): Token[] {
  if (source.length > MOST_CHARACTERS)
    throw new Untranslatable(`it is longer than ${MOST_CHARACTERS} characters`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const character = source[at] ?? '';
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    if (character === '#') throw new Untranslatable('it holds a comment (#)');
    const template = templateAt(source, at);
    const text = template ? null : textAt(source, at);
    const found =
      template ??
      (text && { token: text.token, end: text.end }) ??
      wordAt(source, at) ??
      operatorAt(source, at);
    if (!found) throw new Untranslatable(`the character ${JSON.stringify(character)} is not understood`);
    tokens.push(found.token);
    at = found.end;
  }
  return [...tokens, { kind: 'end' }];
}

interface Found {
  token: Token;
  end: number;
}

function templateAt(source: string, at: number): Found | null {
  const [open, close] = source.startsWith('${', at) ? ['${', '}'] : ['{{', '}}'];
  if (!source.startsWith(open, at)) return null;
  const end = source.indexOf(close, at + open.length);
  if (end < 0) throw new Untranslatable(`${open} is not closed`);
  const inner = source.slice(at + open.length, end);
  if (inner.trim() === '' || inner.includes('{'))
    throw new Untranslatable(`what stands in ${open} ${close} is not understood`);
  return { token: { kind: 'template', source: inner, quoted: false }, end: end + close.length };
}

function textAt(source: string, at: number): Found | null {
  STRING_START.lastIndex = at;
  const start = STRING_START.exec(source);
  if (!start) return null;
  const prefix = (start[1] ?? '').toLowerCase();
  const quote = start[2] ?? '';
  if (prefix.includes('f'))
    throw new Untranslatable('texts with an f in front (f-strings) are not translated');
  if (prefix.includes('b')) throw new Untranslatable('bytes (b in front of a text) are not translated');
  if (!['', 'r', 'u'].includes(prefix)) return null;
  const from = at + start[0].length;
  let end = from;
  while (!source.startsWith(quote, end)) {
    if (end >= source.length) throw new Untranslatable('a text is not closed');
    end += source[end] === '\\' ? 2 : 1;
  }
  const raw = source.slice(from, end);
  const inner = ONLY_TEMPLATE.exec(raw);
  if (inner)
    return {
      token: { kind: 'template', source: inner[1] ?? inner[2] ?? '', quoted: true },
      end: end + quote.length,
    };
  if (/\$\{|\{\{/.test(raw))
    throw new Untranslatable(
      'a text in quotes is mixed with a template; write the parts with + between them',
    );
  const value = prefix === 'r' ? raw : withoutEscapes(raw);
  return { token: { kind: 'string', value }, end: end + quote.length };
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07' };

function withoutEscapes(raw: string): string {
  return raw.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(N\{)|([\s\S]))/g,
    (whole, ...groups: (string | undefined)[]) => {
      const [x, u, long, octal, named, one] = groups;
      if (named) throw new Untranslatable('\\N{…} in a text is not translated');
      const code = x ?? u ?? long;
      const point = code ? Number.parseInt(code, 16) : octal ? Number.parseInt(octal, 8) : null;
      if (point !== null) {
        if (point > 0x10ffff || point === 0) throw new Untranslatable(`${whole} is no character`);
        return String.fromCodePoint(point);
      }
      if (one === '\n') return '';
      if (one === '\\' || one === "'" || one === '"') return one;
      // Python keeps the backslash of an escape that it does not know.
      return ESCAPES[one ?? ''] ?? whole;
    },
  );
}

function wordAt(source: string, at: number): Found | null {
  NAME.lastIndex = at;
  const name = NAME.exec(source);
  if (name) return { token: { kind: 'name', text: name[0] }, end: at + name[0].length };
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(source);
  if (!number) return null;
  const end = at + number[0].length;
  if (/[A-Za-z_]/.test(source[end] ?? ''))
    throw new Untranslatable(`${number[0]}${source[end]} is no number`);
  return { token: numberOf(number[0]), end };
}

function numberOf(text: string): Token {
  const digits = text.replaceAll('_', '');
  if (/^0[xob]/i.test(digits) || /^\d+$/.test(digits)) {
    if (/^0\d*[1-9]/.test(digits)) throw new Untranslatable(`${text} is no number`);
    const value = BigInt(digits);
    if (value > 9_007_199_254_740_991n) throw new Untranslatable(`${text} is too large`);
    return { kind: 'int', value };
  }
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new Untranslatable(`${text} is no number`);
  return { kind: 'float', value };
}

function operatorAt(source: string, at: number): Found | null {
  const text = OPERATORS.find((operator) => source.startsWith(operator, at));
  return text ? { token: { kind: 'op', text }, end: at + text.length } : null;
}
