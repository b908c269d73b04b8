import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { SentinelError, systemCode } from '../lib/errors.ts';

export interface ParamsOptions {
  params?: readonly string[];
  paramsFile?: string;
}

/** The file first, then each `-p` (YAML, JSON or name=value); the later one wins. */
export function readParams(options: ParamsOptions): Record<string, unknown> {
  const params = options.paramsFile === undefined ? {} : fromFile(options.paramsFile);
  for (const text of options.params ?? []) {
    const pair = /^([A-Za-z_][\w.-]*)=(.*)$/s.exec(text);
    if (pair) assign(params, (pair[1] ?? '').split('.'), scalar(pair[2] ?? ''));
    else Object.assign(params, parse(text, '-p'));
  }
  return params;
}

function fromFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const reason =
      systemCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read (${systemCode(cause)})`;
    throw new SentinelError('wrong-usage', `--params-file: ${file} ${reason}.`, { cause });
  }
  return parse(text, file);
}

function parse(text: string, where: string): Record<string, unknown> {
  return parseYaml(text, where);
}

/** YAML or JSON from a flag or a file: names and values, or with `any` a list or a single value too. */
export function parseYaml(text: string, where: string): Record<string, unknown>;
export function parseYaml(text: string, where: string, shape: 'any'): unknown;
export function parseYaml(text: string, where: string, shape: 'any' | 'names' = 'names'): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const broken = document.errors[0];
  if (broken) {
    const at = broken.linePos?.[0];
    const place = where.startsWith('-') ? where : `${where}:${at?.line ?? 1}:${at?.col ?? 1}`;
    const reason = (broken.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw usage(`${place}: ${reason}. Expects YAML or JSON, for example '{path: .}' or path=.`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch {
    throw usage(`${where}: an alias (*name) in it has no anchor, or it repeats itself too often.`);
  }
  if (shape === 'any') return value;
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw usage(
      `${where}: expects names and values, for example '{path: .}' or path=., not '${text.trim().slice(0, 60)}'.`,
    );
  return value;
}

/** `depth=3` is a number, `name=a: b` stays text, `files=[a, b]` is a list. */
function scalar(text: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  const value: unknown = document.toJS();
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap && !text.trim().startsWith('{') ? text : (value ?? text);
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = target;
  for (const part of path.slice(0, -1)) {
    const next = Object.hasOwn(at, part) ? at[part] : undefined;
    if (typeof next !== 'object' || next === null)
      Object.defineProperty(at, part, { value: {}, enumerable: true, writable: true, configurable: true });
    at = at[part] as Record<string, unknown>;
  }
  Object.defineProperty(at, path.at(-1) ?? '', {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function usage(message: string): SentinelError {
  return new SentinelError('wrong-usage', message);
}
