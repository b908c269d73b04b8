/** How tightly a piece of CEL holds together: a piece of a lower level is put in brackets where a higher one is needed. */
export const LEVEL = {
  choice: 0,
  or: 1,
  and: 2,
  compare: 3,
  sum: 4,
  product: 5,
  unary: 6,
  primary: 7,
} as const;

/**
 * What is known about its value. `dyn`: nothing. `status`: status of a step. `severity`: likely one, `high` for what was
 * `HIGH`. `step`: the result of a step as a whole.
 * `nullable`: something or null.
 */
export type CelType =
  | 'bool'
  | 'int'
  | 'double'
  | 'string'
  | 'status'
  | 'severity'
  | 'list'
  | 'map'
  | 'null'
  | 'nullable'
  | 'step'
  | 'dyn';

export interface Cel {
  text: string;
  level: number;
  type: CelType;
  /** Of type `step`: how it is reached. */
  step?: string;
}

export function primary(text: string, type: CelType): Cel {
  return { text, level: LEVEL.primary, type };
}

export function atLeast(cel: Cel, level: number): string {
  return cel.level >= level ? cel.text : `(${cel.text})`;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Words that CEL keeps for itself: they are no fields after a dot. */
const RESERVED = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while'.split(
    ' ',
  ),
);

export function isField(name: string): boolean {
  return NAME.test(name) && !RESERVED.has(name);
}

/** `of.name`, or `of['odd name']`. */
export function field(of: string, name: string): string {
  return isField(name) ? `${of}.${name}` : `${of}[${textLiteral(name)}]`;
}

export function textLiteral(value: string): string {
  let text = '';
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (character === "'" || character === '\\') text += `\\${character}`;
    else if (character === '\n') text += '\\n';
    else if (character === '\t') text += '\\t';
    else if (character === '\r') text += '\\r';
    // Braces would end or begin a template around this text.
    else if (code < 0x20 || character === '{' || character === '}' || code === 0x7f)
      text += `\\u${code.toString(16).padStart(4, '0')}`;
    else text += character;
  }
  return `'${text}'`;
}

export function listLiteral(items: readonly Cel[]): string {
  return `[${items.map((item) => item.text).join(', ')}]`;
}

export function mapLiteral(entries: readonly (readonly [Cel, Cel])[]): string {
  return `{${entries.map(([key, value]) => `${key.text}: ${value.text}`).join(', ')}}`;
}
