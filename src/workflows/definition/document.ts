import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
} from 'yaml';
import { visibleText } from '../../lib/visible-text.ts';
import { type DefinitionProblem, fieldOf, type Path, type Position, type ProblemCode } from './problem.ts';

/** 1 MB: a workflow is some pages. */
export const MOST_BYTES = 1_000_000;
export const MOST_LEVELS = 64;
/** Of what stands in the document with its aliases written out: a YAML bomb has millions. */
const MOST_VALUES = 100_000;
const MOST_ALIASES = 1_000;
/** A step of 20 lines has about 150; reading this many takes half a second. */
const MOST_LEXEMES = 250_000;
/** Of the library's parser: a level takes at most two. */
const MOST_OPEN = 2 * MOST_LEVELS + 4;
const TOO_DEEP = `The document is nested deeper than ${MOST_LEVELS} levels. Flatten it.`;
/** Nobody reads more. */
export const MOST_PROBLEMS = 100;

export interface ParsedDocument {
  /** Plain JSON; undefined parts are left out. Null when nothing could be read. */
  value: unknown;
  format: 'yaml' | 'json';
  /** Of the nearest place that exists, 1-based. */
  lineOf(path: Path): number | null;
  positionOf(path: Path): Position | null;
  problems: DefinitionProblem[];
}

/** Where a value stands, with what is in it by name. */
interface Place {
  offset: number;
  parts: Map<string | number, Place>;
}

/** Reads YAML or JSON. It never throws: what is wrong is in `problems`, all of it in one go. */
export function parseDocument(source: string): ParsedDocument {
  const lines = new LineCounter();
  const problems: DefinitionProblem[] = [];
  const lastLine = source.split('\n').length;
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), source.length));
    return { line: Math.min(Math.max(line, 1), lastLine), column: Math.max(col, 1) };
  };
  const report = (offset: number, path: Path, code: ProblemCode, message: string) => {
    if (problems.length < MOST_PROBLEMS)
      problems.push({ ...positionAt(offset), field: fieldOf(path), code, message });
  };
  const empty: Place = { offset: 0, parts: new Map() };
  const answer = (value: unknown, root: Place): ParsedDocument => {
    const positionOf = (path: Path) => positionAt(nearest(root, path).offset);
    return {
      value,
      format: isJson(source) ? 'json' : 'yaml',
      positionOf,
      lineOf: (path) => positionOf(path).line,
      problems,
    };
  };

  if (Buffer.byteLength(source) > MOST_BYTES) {
    report(
      0,
      [],
      'too-large',
      'The document is larger than 1 MB. Split the workflow, or keep its data elsewhere.',
    );
    return answer(null, empty);
  }
  const root = read(source, lines, report);
  if (!root) return answer(null, empty);
  const converted = convert(root, report);
  return converted ? answer(converted.value, converted.place) : answer(null, empty);
}

type Report = (offset: number, path: Path, code: ProblemCode, message: string) => void;

function read(source: string, lines: LineCounter, report: Report): Node | null {
  const documents: Document.Parsed[] = [];
  try {
    const parts = tokensOf(source, lines, report);
    if (!parts) return null;
    // `uniqueKeys` of the library compares each key with each other one: `convert` looks instead.
    const composer = new Composer({
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      logLevel: 'silent',
    });
    for (const document of composer.compose(parts, true, source.length)) {
      documents.push(document as Document.Parsed);
      if (documents.length > 1) break;
    }
  } catch (error) {
    if (error instanceof RangeError) report(0, [], 'too-deep', TOO_DEEP);
    else report(0, [], 'invalid-yaml', 'This is not readable YAML.');
    return null;
  }
  const [document, second] = documents;
  if (!document) return null;
  for (const error of [...document.errors, ...document.warnings].slice(0, MOST_PROBLEMS))
    report(
      error.pos[0],
      [],
      'invalid-yaml',
      `This is not readable YAML: ${visibleText(plain(error.message))}.`,
    );
  if (second)
    report(
      second.range[0],
      [],
      'invalid-yaml',
      'A second document begins here (---). One file is one workflow.',
    );
  if (document.errors.length > 0) return null;
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    report(0, [], 'missing', 'The document is empty. A workflow has at least a name and steps.');
    return null;
  }
  return contents as Node;
}

/** The library reads what is nested by recursion and has no limits of its own: both are checked while it still goes in a loop. */
function tokensOf(source: string, lines: LineCounter, report: Report): CST.Token[] | null {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(source)) {
    lexemes += 1;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MOST_OPEN) {
      report(parser.offset, [], 'too-deep', TOO_DEEP);
      return null;
    }
    if (lexemes > MOST_LEXEMES) {
      report(
        parser.offset,
        [],
        'too-large',
        'The document holds too many values. Give long lists as an input.',
      );
      return null;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function convert(root: Node, report: Report): { value: unknown; place: Place } | null {
  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  let values = 0;
  let aliases = 0;
  let stopped = false;

  const stop = (offset: number, path: Path, code: ProblemCode, message: string) => {
    if (!stopped) report(offset, path, code, message);
    stopped = true;
    return { value: null, place: { offset, parts: new Map() } };
  };

  const walk = (node: Node | null, path: Path, at: number): { value: unknown; place: Place } => {
    const offset = node?.range?.[0] ?? at;
    const place: Place = { offset, parts: new Map() };
    if (stopped || node === null) return { value: null, place };
    values += 1;
    if (values > MOST_VALUES)
      return stop(
        offset,
        path,
        'alias',
        `The document holds more than ${MOST_VALUES} values with its aliases (*name) written out.`,
      );
    if (path.length > MOST_LEVELS) return stop(offset, path.slice(0, 3), 'too-deep', TOO_DEEP);
    if (isAlias(node)) return walkAlias(node.source, path, offset);
    if (!isAlias(node) && 'anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node);
    open.add(node);
    const value = isMap(node)
      ? walkMap(node, path, place)
      : isSeq(node)
        ? walkList(node, path, place)
        : walkScalar(node, path, offset);
    open.delete(node);
    return { value, place };
  };

  const walkAlias = (name: string, path: Path, offset: number) => {
    aliases += 1;
    if (aliases > MOST_ALIASES)
      return stop(offset, path, 'alias', `The document uses more than ${MOST_ALIASES} aliases (*name).`);
    const target = anchors.get(name);
    if (!target || open.has(target))
      return stop(
        offset,
        path,
        'alias',
        `The alias *${visibleText(name)} ${target ? 'contains itself' : 'has no anchor before it'}.`,
      );
    return walk(target, path, offset);
  };

  const walkList = (node: Node, path: Path, place: Place) => {
    if (!isSeq(node)) return [];
    return node.items.map((item, index) => {
      const part = walk(isNode(item) ? item : null, [...path, index], place.offset);
      place.parts.set(index, part.place);
      return part.value;
    });
  };

  const walkMap = (node: Node, path: Path, place: Place) => {
    const value: Record<string, unknown> = {};
    if (!isMap(node)) return value;
    for (const pair of node.items) {
      if (stopped) break;
      const keyNode = isAlias(pair.key) ? anchors.get(pair.key.source) : pair.key;
      const offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? place.offset;
      if (!isScalar(keyNode) || keyNode.value === null || typeof keyNode.value === 'object') {
        report(offset, path, 'wrong-value', 'A key must be a text. Write templates in quotes: "${{ … }}".');
        continue;
      }
      const key = String(keyNode.value);
      const inside = [...path, key];
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
        report(
          offset,
          inside,
          'forbidden-key',
          `The key '${key}' is not allowed anywhere. Choose another name.`,
        );
        continue;
      }
      if (Object.hasOwn(value, key)) {
        report(
          offset,
          inside,
          'duplicate-key',
          `The key '${visibleText(key).slice(0, 100)}' stands here for the second time. Remove one of the two.`,
        );
        continue;
      }
      checkText(key, inside, offset);
      const part = walk(isNode(pair.value) ? pair.value : null, inside, offset);
      value[key] = part.value;
      place.parts.set(key, { offset, parts: part.place.parts });
    }
    return value;
  };

  const walkScalar = (node: Node, path: Path, offset: number): unknown => {
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'string') {
      checkText(value, path, offset);
      return value;
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      report(offset, path, 'wrong-value', 'Infinity and not-a-number are no values here.');
      return null;
    }
    if (typeof value === 'bigint' || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      report(
        offset,
        path,
        'wrong-value',
        'This number has too many digits to be kept exactly. Write it in quotes.',
      );
      return null;
    }
    return value;
  };

  const checkText = (text: string, path: Path, offset: number) => {
    // PostgreSQL refuses both.
    if (text.includes('\0') || !text.isWellFormed())
      report(
        offset,
        path,
        'wrong-value',
        'This text holds a character that cannot be stored (NUL or half a pair).',
      );
  };

  const read = walk(root, [], 0);
  // What was not read is not missing: only why it was not is said.
  return stopped ? null : read;
}

function nearest(root: Place, path: Path): Place {
  let at = root;
  for (const part of path) {
    const next = at.parts.get(part) ?? at.parts.get(String(part));
    if (!next) break;
    at = next;
  }
  return at;
}

function isJson(source: string): boolean {
  if (!/^\s*[{[]/.test(source) || source.length > MOST_BYTES) return false;
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

function plain(message: string): string {
  const text = (message.split('\n')[0] ?? message).slice(0, 200).trimEnd().replace(/[.:]$/, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}
