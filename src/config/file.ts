import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';

/** 1 MiB: a configuration is a page, and aliases are not expanded without end. */
const MAX_BYTES = 1_048_576;

export interface ConfigFile {
  path: string;
  data: Record<string, unknown>;
  /** Line and column of each key, by its dotted name. */
  positions: ReadonlyMap<string, { line: number; column: number }>;
}

/** Reads YAML or JSON; every error says line and column. Undefined when there is no such file. */
export function readConfigFile(path: string): ConfigFile | undefined {
  let text: string;
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new SentinelError('invalid-config', `${path} is larger than 1 MiB: not a configuration.`);
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SentinelError) throw cause;
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return undefined;
    const reason = systemCode(cause) === 'EISDIR' ? 'is a folder' : `cannot be read (${systemCode(cause)})`;
    throw new SentinelError('invalid-config', `${path} ${reason}.`, { cause });
  }
  return parseConfigText(path, text);
}

export function parseConfigText(path: string, text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new SentinelError(
      'invalid-config',
      `${path}:${line}:${col}: ${visibleText(plain(error.message))}.`,
      { cause: error },
    );
  }
  const positions = new Map<string, { line: number; column: number }>();
  if (document.contents === null) return { path, data: {}, positions };
  if (!isMap(document.contents)) {
    throw new SentinelError('invalid-config', `${path}:1:1: expects keys and values, such as 'port: 8000'.`);
  }
  collect(document.contents, '', lines, positions);
  try {
    return { path, data: document.toJS({ maxAliasCount: 50 }) as Record<string, unknown>, positions };
  } catch (cause) {
    throw new SentinelError(
      'invalid-config',
      `${path}: an alias (*name) in it has no anchor, or it repeats itself too often.`,
      { cause },
    );
  }
}

function collect(
  node: Node,
  prefix: string,
  lines: LineCounter,
  positions: Map<string, { line: number; column: number }>,
): void {
  if (!isMap(node)) return;
  for (const pair of node.items) {
    const key = pair.key;
    if (!isScalar(key)) continue;
    const name = prefix ? `${prefix}.${String(key.value)}` : String(key.value);
    const { line, col } = lines.linePos(key.range?.[0] ?? 0);
    positions.set(name, { line, column: col });
    if (pair.value) collect(pair.value as Node, name, lines, positions);
  }
}

function plain(message: string): string {
  const text = (message.split('\n')[0] ?? message).replace(/[.:]?\s*$/, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}
