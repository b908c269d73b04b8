import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A place in the text where it cannot be read. 1-based. */
export interface SyntaxProblem {
  line: number;
  column: number;
  message: string;
}

export interface ParsedText {
  doc: Document.Parsed;
  /** Null when the text cannot be read, or is no object. */
  value: Record<string, unknown> | null;
  problems: SyntaxProblem[];
  /** The line on which a value begins: `['steps', 2, 'params']`. The nearest one that exists. */
  lineOf(path: readonly (string | number)[]): number;
}

/** YAML, or JSON, which is YAML too. Aliases are refused by the server; here they are only not followed far. */
export function parseText(source: string): ParsedText {
  const lines = new LineCounter();
  const doc = parseDocument(source, { lineCounter: lines, uniqueKeys: true });
  const problems = doc.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    // The first line of the library's message says what is wrong; the others draw the place, which the editor shows itself.
    const message = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    return { line: Math.max(1, line), column: Math.max(1, col), message };
  });
  return {
    doc,
    value: problems.length === 0 ? readValue(doc, problems) : null,
    problems,
    lineOf: (path) => lineAt(doc, lines, path),
  };
}

function readValue(doc: Document.Parsed, problems: SyntaxProblem[]): Record<string, unknown> | null {
  try {
    const value: unknown = doc.toJS({ maxAliasCount: 50 });
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    problems.push({ line: 1, column: 1, message: 'A workflow is an object with a name and steps' });
  } catch (error) {
    problems.push({ line: 1, column: 1, message: error instanceof Error ? error.message : String(error) });
  }
  return null;
}

function lineAt(doc: Document.Parsed, lines: LineCounter, path: readonly (string | number)[]): number {
  let node: unknown = doc.contents;
  let start = startOf(node);
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) break;
      start = startOf(pair.key) ?? start;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (!node) break;
      start = startOf(node) ?? start;
    } else break;
  }
  return start === undefined ? 1 : Math.max(1, lines.linePos(start).line);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
