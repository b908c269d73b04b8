import type { Path } from '../definition/problem.ts';
import { type Conversion, isRecord, short } from './conversion.ts';
import { type Cel, field, LEVEL, listLiteral, mapLiteral, primary, textLiteral } from './python/cel.ts';
import { valueToCel } from './python/to-cel.ts';
import { Untranslatable } from './python/untranslatable.ts';
import type { Names } from './references.ts';
import { noteStray, piecesOf } from './templates.ts';

export interface Variables {
  /** Of the new document. */
  inputs: Record<string, unknown>;
  /** What the name of each variable means in an expression. */
  values: ReadonlyMap<string, Cel>;
  /** What a variable is when nobody gives another value. */
  defaults: ReadonlyMap<string, unknown>;
  /** Name of an input → where it stands in the older document. */
  places: ReadonlyMap<string, Path>;
}

interface Reading {
  conversion: Conversion;
  raw: Record<string, unknown>;
  path: Path;
  inputs: Record<string, unknown>;
  values: Map<string, Cel>;
  defaults: Map<string, unknown>;
  places: Map<string, Path>;
  open: Set<string>;
}

/**
 * `variables` become inputs with a default. One that is made of others keeps its value as an expression, and is an input
 * without a default, so that `--var` still replaces it. A name in it that is declared nowhere came from outside
 * (`-v CONTRACT_PATH=…`): a required input.
 */
export function readVariables(conversion: Conversion, raw: unknown, path: Path): Variables {
  const reading: Reading = {
    conversion,
    raw: isRecord(raw) ? raw : {},
    path,
    inputs: {},
    values: new Map(),
    defaults: new Map(),
    places: new Map(),
    open: new Set(),
  };
  if (raw !== undefined && raw !== null && !isRecord(raw))
    conversion.problem(path, 'wrong-value', "'variables' is a map of names to values.");
  for (const name of Object.keys(reading.raw)) readVariable(reading, name);
  return reading;
}

function readVariable(reading: Reading, name: string): Cel {
  const done = reading.values.get(name);
  if (done) return done;
  const place = [...reading.path, name];
  if (reading.open.has(name)) {
    reading.conversion.problem(
      place,
      'cycle',
      `The variable '${short(name)}' is made of itself. Give it a value.`,
    );
    return primary(field('inputs', name), 'dyn');
  }
  reading.open.add(name);
  const cel = meaningOf(reading, name, place);
  reading.open.delete(name);
  reading.values.set(name, cel);
  return cel;
}

function meaningOf(reading: Reading, name: string, place: Path): Cel {
  const value = reading.raw[name];
  reading.places.set(name, place);
  if (!hasTemplate(value)) {
    const type = typeOf(value);
    const input = field('inputs', name);
    if (value === null) {
      reading.inputs[name] = { type };
      return { text: `has(${input}) ? ${input} : null`, level: LEVEL.choice, type: 'dyn' };
    }
    reading.inputs[name] = { type, default: value };
    reading.defaults.set(name, value);
    return primary(input, celType(type));
  }
  const outside = onlyOutside(reading, value, name);
  if (outside !== null) {
    askFor(reading, outside, place);
    return primary(field('inputs', outside), 'string');
  }
  const made = reading.conversion.attempt(place, `The variable '${short(name)}' cannot be read`, () =>
    madeOf(reading, value, { name, place }),
  );
  reading.inputs[name] = { type: typeOf(value) };
  const input = field('inputs', name);
  if (!made) return primary(input, 'dyn');
  reading.conversion.note(place, {
    what: 'translated',
    from: typeof value === 'string' ? value : JSON.stringify(value),
    to: made.text,
    message: `'${short(name)}' is made of other values, unless it is given at the start.`,
  });
  return { text: `has(${input}) ? ${input} : ${made.text}`, level: LEVEL.choice, type: made.type };
}

/** `contract_path: "${CONTRACT_PATH}"` only passes a value from outside on. */
function onlyOutside(reading: Reading, value: unknown, name: string): string | null {
  if (typeof value !== 'string') return null;
  const [only, ...others] = piecesOf(value.trim());
  if (only?.kind !== 'template' || others.length > 0 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(only.inner))
    return null;
  return only.inner === name || isOutside(reading, only.inner) ? only.inner : null;
}

function isOutside(reading: Reading, name: string): boolean {
  return (
    !Object.hasOwn(reading.raw, name) &&
    !['timestamp', 'run_id', 'workflow_id', 'workflow_name'].includes(name)
  );
}

function askFor(reading: Reading, name: string, place: Path): void {
  if (!Object.hasOwn(reading.inputs, name))
    reading.conversion.note(place, {
      what: 'assumed',
      from: `\${${name}}`,
      to: `inputs.${name}`,
      message: `'${name}' came from outside: it is a required input now (--var ${name}=…).`,
    });
  reading.inputs[name] = { type: 'string', required: true };
  reading.places.set(name, place);
}

function madeOf(reading: Reading, value: unknown, at: { name: string; place: Path }): Cel {
  if (Array.isArray(value))
    return primary(listLiteral(value.map((part) => madeOf(reading, part, at))), 'list');
  if (isRecord(value)) {
    const entries = Object.entries(value).map(
      ([key, part]) => [primary(textLiteral(key), 'string'), madeOf(reading, part, at)] as const,
    );
    return primary(mapLiteral(entries), 'map');
  }
  if (typeof value === 'string') return madeOfText(reading, value, at);
  if (value === null || value === undefined) return primary('null', 'null');
  return primary(String(value), celType(typeOf(value)));
}

function madeOfText(reading: Reading, text: string, at: { name: string; place: Path }): Cel {
  const parts: Cel[] = [];
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'current')
      throw new Untranslatable('a template of today in a variable of an older file is not read');
    if (piece.kind === 'stray') noteStray(reading.conversion, at.place, piece.text);
    if (piece.kind === 'template')
      parts.push(valueToCel(piece.inner, namesFor(reading, piece.inner, at.place)));
    else parts.push(primary(textLiteral(piece.text), 'string'));
  }
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const text2 = parts.map((part) =>
    part.type === 'string'
      ? part.level >= LEVEL.sum
        ? part.text
        : `(${part.text})`
      : `string(${part.text})`,
  );
  return { text: text2.join(' + '), level: LEVEL.sum, type: 'string' };
}

/** The variables that an expression names are read first; what is declared nowhere is asked for. */
function namesFor(reading: Reading, inner: string, place: Path): Names {
  const values = new Map(reading.values);
  for (const [word] of inner.matchAll(/(?<![.\w'"])[A-Za-z_][A-Za-z0-9_]*/g)) {
    if (Object.hasOwn(reading.raw, word)) values.set(word, readVariable(reading, word));
    else if (inner === word && isOutside(reading, word)) {
      askFor(reading, word, place);
      values.set(word, primary(field('inputs', word), 'string'));
    }
  }
  const prefixed = /^(?:variables|vars|inputs)\.([A-Za-z_][A-Za-z0-9_]*)/.exec(inner)?.[1];
  if (prefixed && Object.hasOwn(reading.raw, prefixed)) values.set(prefixed, readVariable(reading, prefixed));
  return { steps: new Map(), variables: values, results: new Map(), self: null };
}

function hasTemplate(value: unknown): boolean {
  if (typeof value === 'string')
    return piecesOf(value).some((piece) => piece.kind === 'template' || piece.kind === 'current');
  if (Array.isArray(value)) return value.some(hasTemplate);
  return isRecord(value) && Object.values(value).some(hasTemplate);
}

function typeOf(value: unknown): string {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (Array.isArray(value)) return 'array';
  return isRecord(value) ? 'object' : 'string';
}

function celType(type: string): Cel['type'] {
  const types: Record<string, Cel['type']> = {
    boolean: 'bool',
    integer: 'int',
    number: 'double',
    array: 'list',
    object: 'map',
    string: 'string',
  };
  return types[type] ?? 'dyn';
}
