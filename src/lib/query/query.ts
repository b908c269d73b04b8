import { closest } from '../closest.ts';
import { SentinelError } from '../errors.ts';

/** What the values of a key are: only those of an `ordered` one may be compared (`>7d`, `a..b`). */
export type QueryKeys = Readonly<Record<string, 'text' | 'ordered'>>;

/** `at` is the position in the text, from 0. A range without one end is open there. */
export type QueryValue =
  | { op: '=' | '>' | '>=' | '<' | '<='; text: string; at: number }
  | { op: '..'; from: string | null; to: string | null; at: number };

export type QueryTerm =
  | { type: 'word'; not: boolean; text: string; at: number }
  | { type: 'key'; not: boolean; key: string; values: QueryValue[]; at: number };

/** All of its terms hold; one of a term's values does. */
export type Query = readonly QueryTerm[];

const KEY = /([A-Za-z][A-Za-z-]*):/y;
const OPERATORS = ['>=', '<=', '>', '<'] as const;
const SPACE = /\s/;

/**
 * `severity:high,critical -status:fixed first-seen:>7d "some words" word`: spaces mean and, commas or, `-` not; quotes keep
 * spaces and commas, with `\"` and `\\` inside. Throws `invalid-query` with the position, and nothing else.
 */
export function parseQuery(text: string, keys: QueryKeys): Query {
  const terms: QueryTerm[] = [];
  const reader = { text, at: 0 };
  for (;;) {
    while (reader.at < text.length && isSpace(text, reader.at)) reader.at++;
    if (reader.at >= text.length) return terms;
    terms.push(readTerm(reader, keys));
  }
}

/** The text that `parseQuery` reads as this query. */
export function printQuery(query: Query): string {
  return query
    .map((term) => {
      const sign = term.not ? '-' : '';
      if (term.type === 'word') return sign + printWord(term.text);
      return `${sign}${term.key}:${term.values.map(printValue).join(',')}`;
    })
    .join(' ');
}

/** An error about a part of a query; `at` counts from 0, people count from 1. */
export function queryError(at: number, what: string): SentinelError {
  const message = `${what} (at character ${at + 1} of the query)`;
  return new SentinelError('invalid-query', message, { fields: [{ field: 'q', message }] });
}

interface Reader {
  readonly text: string;
  at: number;
}

function readTerm(reader: Reader, keys: QueryKeys): QueryTerm {
  const at = reader.at;
  const { text } = reader;
  const not = text[at] === '-' && at + 1 < text.length && !isSpace(text, at + 1);
  if (not) reader.at++;
  KEY.lastIndex = reader.at;
  const named = KEY.exec(text)?.[1];
  // An address is a word that somebody pasted, not a key.
  if (named === undefined || (!Object.hasOwn(keys, named) && text.startsWith('//', KEY.lastIndex)))
    return { type: 'word', not, text: readText(reader, false), at };
  const key = named.toLowerCase();
  const kind = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (!kind) throw unknownKey(named, key, { at: reader.at, keys });
  reader.at += named.length + 1;
  const values: QueryValue[] = [];
  do {
    values.push(readValue(reader, key, kind));
  } while (reader.text[reader.at++] === ',');
  return { type: 'key', not, key, values, at };
}

function unknownKey(named: string, key: string, { at, keys }: { at: number; keys: QueryKeys }) {
  const known = Object.keys(keys);
  const near = closest(key, known);
  const help = near ? `Did you mean '${near}:'?` : `There are: ${known.join(', ')}.`;
  return queryError(at, `There is no key '${named}:'. ${help} Put text with a colon in quotes.`);
}

function readValue(reader: Reader, key: string, kind: 'text' | 'ordered'): QueryValue {
  const at = reader.at;
  const op = kind === 'ordered' ? OPERATORS.find((sign) => reader.text.startsWith(sign, at)) : undefined;
  if (op) reader.at += op.length;
  const quoted = reader.text[reader.at] === '"';
  const text = readText(reader, true);
  if (text === '') throw queryError(at, `'${key}:' needs a value`);
  if (op || quoted || kind === 'text') return { op: op ?? '=', text, at };
  const dots = text.indexOf('..');
  if (dots < 0) return { op: '=', text, at };
  const [from, to] = [text.slice(0, dots), text.slice(dots + 2)];
  if (from === '' && to === '') throw queryError(at, `The range of '${key}:' needs an end`);
  return { op: '..', from: from || null, to: to || null, at };
}

/** A quoted text, or everything up to a space (or comma). */
function readText(reader: Reader, comma: boolean): string {
  const { text } = reader;
  if (text[reader.at] === '"') return readQuoted(reader, comma);
  const start = reader.at;
  while (reader.at < text.length && !isSpace(text, reader.at) && !(comma && text[reader.at] === ','))
    reader.at++;
  return text.slice(start, reader.at);
}

function readQuoted(reader: Reader, comma: boolean): string {
  const { text } = reader;
  const start = reader.at;
  let content = '';
  for (reader.at++; text[reader.at] !== '"'; reader.at++) {
    if (reader.at >= text.length) throw queryError(start, 'A quote is not closed');
    if (text[reader.at] === '\\' && (text[reader.at + 1] === '"' || text[reader.at + 1] === '\\'))
      reader.at++;
    content += text[reader.at];
  }
  reader.at++;
  if (content === '') throw queryError(start, 'There is nothing between the quotes');
  if (reader.at < text.length && !isSpace(text, reader.at) && !(comma && text[reader.at] === ','))
    throw queryError(reader.at, `A space${comma ? ' or a comma' : ''} must follow a quoted text`);
  return content;
}

function isSpace(text: string, at: number): boolean {
  return SPACE.test(text.charAt(at));
}

function printValue(value: QueryValue): string {
  if (value.op === '..') return `${value.from ?? ''}..${value.to ?? ''}`;
  const text = /^=|[\s",<>]|\.\./.test(value.text) ? quote(value.text) : value.text;
  return value.op === '=' ? text : value.op + text;
}

function printWord(text: string): string {
  return /^-|[\s"]|^[A-Za-z][A-Za-z-]*:/.test(text) ? quote(text) : text;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
