import type { JsonPath } from '../importer.ts';
import type { Lookout, ValueKind } from './lookout.ts';
import { ReportProblem } from './report-problem.ts';

/** A value at a wanted path: its bytes, or why it is left out. */
export interface ScannedElement {
  path: (string | number)[];
  byte: number;
  bytes: Buffer;
  /** Pairs of a name and a value in it: more than its objects have keys means that a name stands twice. */
  pairs: number;
  refused: 'large' | 'deep' | null;
}

/** Something is wanted below this place, but a single value stands there. */
export interface Misfit {
  path: (string | number)[];
  byte: number;
  kind: ValueKind;
}

interface Level {
  object: boolean;
  key: string | number;
  /** Patterns that fit everything down to here. */
  alive: readonly (readonly string[])[];
  /** Something stands before. */
  filled: boolean;
}

type Await = 'value' | 'first-key' | 'key' | 'colon' | 'comma' | 'first-item' | 'end';

const MAX_KEY_BYTES = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Finds the values at some paths in JSON that comes in pieces, without holding more than one of them. Around them it is strict
 * about the grammar; within one it only finds the end, and `JSON.parse` has the word on it. What no path leads to is
 * passed over with a counter for its depth, so that a million brackets cost nothing.
 */
export function createJsonScanner(
  paths: readonly JsonPath[],
  limits: { bytes: number; depth: number },
  listener: {
    look?: Lookout | undefined;
    misfit?: (misfit: Misfit) => void;
    /** A watched name stands twice in its object. */
    twice?: (place: string, byte: number) => void;
  } = {},
) {
  const { look, misfit, twice } = listener;
  const noted = new Set<string>();
  const deepest = look?.depth ?? -1;
  const patterns = paths.map(partsOf);
  const stack: Level[] = [];
  let wait: Await = 'value';
  let offset = 0;
  let key: Buffer | undefined;
  let keyEscaped = false;
  let value: Value | undefined;

  interface Value {
    wanted: boolean;
    kind: 'container' | 'string' | 'scalar';
    start: number;
    path: (string | number)[];
    pieces: Buffer[];
    size: number;
    depth: number;
    inString: boolean;
    escaped: boolean;
    pairs: number;
    refused: 'large' | 'deep' | null;
  }

  function* feed(chunk: Buffer): Generator<ScannedElement> {
    let at = 0;
    while (at < chunk.length) {
      if (value) {
        const from = at;
        at = endOfValue(chunk, at, value);
        keep(value, chunk, from, at < 0 ? chunk.length : at);
        if (at < 0) break;
        const done = value;
        value = undefined;
        wait = stack.length === 0 ? 'end' : 'comma';
        if (done.wanted) yield elementOf(done);
        continue;
      }
      if (key) {
        at = readKey(chunk, at);
        continue;
      }
      const byte = chunk[at] as number;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at += 1;
      else at = take(byte, at);
    }
    offset += chunk.length;
  }

  /** One character of the structure around what is wanted; returns where to go on. */
  function take(byte: number, at: number): number {
    const top = stack.at(-1);
    if (wait === 'colon') {
      if (byte !== COLON) throw unexpected(byte, at);
      wait = 'value';
      return at + 1;
    }
    if (wait === 'end') throw new ReportProblem(placeOf(at), 'Something follows the end of the document.');
    if (wait === 'comma' || ((wait === 'first-key' || wait === 'first-item') && isClosing(byte, top))) {
      if (byte === COMMA && wait === 'comma' && top) {
        if (typeof top.key === 'number') top.key += 1;
        wait = top.object ? 'key' : 'value';
        return at + 1;
      }
      if (!isClosing(byte, top)) throw unexpected(byte, at);
      stack.pop();
      wait = stack.length === 0 ? 'end' : 'comma';
      return at + 1;
    }
    if (wait === 'key' || wait === 'first-key') {
      if (byte !== QUOTE) throw unexpected(byte, at);
      key = Buffer.from([QUOTE]);
      keyEscaped = false;
      return at + 1;
    }
    return begin(byte, at);
  }

  function begin(byte: number, at: number): number {
    const top = stack.at(-1);
    const depth = stack.length;
    const alive = top ? top.alive.filter((parts) => fits(parts[depth - 1], top.key)) : patterns;
    const wanted = alive.some((parts) => parts.length === depth);
    const container = byte === OPEN_OBJECT || byte === OPEN_LIST;
    const judged = depth <= deepest && watch(byte, at);
    if (!wanted && !container && !judged && depth > 0 && isNamed(alive, depth, top)) {
      const kind = kindOf(byte);
      // An absent list is null in many tools.
      if (kind !== 'null' || typeof top?.key === 'number')
        misfit?.({ path: stack.map((level) => level.key), byte: offset + at, kind });
    }
    if (!wanted && container && alive.length > 0) {
      const object = byte === OPEN_OBJECT;
      stack.push({ object, key: object ? '' : 0, alive, filled: false });
      wait = object ? 'first-key' : 'first-item';
      return at + 1;
    }
    if (!container && byte !== QUOTE && !isScalar(byte)) throw unexpected(byte, at);
    value = {
      wanted,
      kind: container ? 'container' : byte === QUOTE ? 'string' : 'scalar',
      start: offset + at,
      path: wanted ? stack.map((level) => level.key) : [],
      pieces: [],
      size: 0,
      depth: 0,
      inString: false,
      escaped: false,
      pairs: 0,
      refused: null,
    };
    return at;
  }

  function watch(byte: number, at: number): boolean {
    const place = describePath(stack.map((level) => level.key));
    if (!look?.watches(place)) return false;
    if (noted.has(place)) twice?.(place, offset + at);
    noted.add(place);
    return look.note(place, kindOf(byte));
  }

  function readKey(chunk: Buffer, from: number): number {
    let at = from;
    let ended = false;
    while (at < chunk.length && !ended) {
      const byte = chunk[at] as number;
      at += 1;
      if (keyEscaped) keyEscaped = false;
      else if (byte === BACKSLASH) keyEscaped = true;
      else if (byte === QUOTE) ended = true;
    }
    key = Buffer.concat([key ?? Buffer.alloc(0), chunk.subarray(from, at)]);
    if (key.length > MAX_KEY_BYTES)
      throw new ReportProblem(placeOf(from), `A name is longer than ${MAX_KEY_BYTES} bytes.`);
    if (!ended) return at;
    const top = stack.at(-1);
    if (top) top.key = parseKey(key, placeOf(from));
    key = undefined;
    wait = 'colon';
    return at;
  }

  function keep(held: Value, chunk: Buffer, from: number, to: number): void {
    held.size += to - from;
    if (!held.wanted || held.refused) return;
    if (held.size > limits.bytes) held.refused = 'large';
    else if (held.depth > limits.depth) held.refused = 'deep';
    // The chunk's memory may be used again for the next one.
    else held.pieces.push(chunk.subarray(from, to));
    if (held.refused) held.pieces = [];
  }

  function elementOf(done: Value): ScannedElement {
    const [only] = done.pieces;
    const bytes = done.pieces.length === 1 && only ? only : Buffer.concat(done.pieces);
    return { path: done.path, byte: done.start, bytes, pairs: done.pairs, refused: done.refused };
  }

  /** Where the value ends in this chunk, or -1. */
  function endOfValue(chunk: Buffer, from: number, held: Value): number {
    if (held.kind === 'scalar') {
      for (let at = from; at < chunk.length; at += 1) if (!isScalar(chunk[at] as number)) return at;
      return -1;
    }
    let { depth, inString, escaped, pairs } = held;
    let at = from;
    let end = -1;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) {
            end = at + 1;
            break;
          }
        }
      } else if (byte === QUOTE) inString = true;
      else if (byte === COLON) pairs += 1;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth += 1;
        if (depth > limits.depth) held.refused ??= 'deep';
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth <= 0) {
          end = at + 1;
          break;
        }
      }
    }
    Object.assign(held, { depth, inString, escaped, pairs });
    return end;
  }

  /** Throws when the document is not whole. */
  function* end(): Generator<ScannedElement> {
    if (value?.kind === 'scalar' && stack.length === 0) {
      const done = value;
      value = undefined;
      wait = 'end';
      if (done.wanted) yield elementOf(done);
    }
    if (wait === 'value' && stack.length === 0 && !value)
      throw new ReportProblem('the beginning', 'The file is empty.');
    if (wait !== 'end' || value)
      throw new ReportProblem(placeOf(0), `The file ends in the middle${within()}: it is cut off.`);
  }

  function within(): string {
    const place = describePath([...stack.map((level) => level.key)]);
    return place ? ` of ${place}` : '';
  }

  function placeOf(at: number): string {
    return `byte ${offset + at}`;
  }

  function unexpected(byte: number, at: number): ReportProblem {
    const shown =
      byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16)}`;
    return new ReportProblem(placeOf(at), `This is not JSON: ${shown} is not expected here.`);
  }

  return { feed, end };
}

export function describePath(path: readonly (string | number)[]): string {
  return path.join('.');
}

function partsOf(path: JsonPath): readonly string[] {
  if (typeof path !== 'string') return path;
  return path === '' ? [] : path.split('.');
}

function fits(part: string | undefined, key: string | number): boolean {
  return part !== undefined && (part === '*' || part === String(key));
}

/** A path leads through this place by its name, or by its number in a list: what merely stands beside (`*`) may be anything. */
function isNamed(alive: readonly (readonly string[])[], depth: number, top: Level | undefined): boolean {
  return alive.some((parts) => typeof top?.key === 'number' || parts[depth - 1] !== '*');
}

function kindOf(byte: number): ValueKind {
  if (byte === OPEN_LIST) return 'list';
  if (byte === OPEN_OBJECT) return 'object';
  if (byte === QUOTE) return 'text';
  if (byte === 0x6e) return 'null';
  return byte === 0x74 || byte === 0x66 ? 'true or false' : 'number';
}

function isClosing(byte: number, top: Level | undefined): boolean {
  return top !== undefined && byte === (top.object ? CLOSE_OBJECT : CLOSE_LIST);
}

/** Of numbers and words, wrong ones too: `JSON.parse` refuses those. */
function isScalar(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

function parseKey(bytes: Buffer, at: string): string {
  try {
    return JSON.parse(bytes.toString('utf8')) as string;
  } catch {
    throw new ReportProblem(at, 'This is not JSON: a name is broken.');
  }
}
