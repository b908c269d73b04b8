import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type LoadedConfig, loadConfig } from '../config.ts';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { parseConfigText } from './file.ts';
import { maskValue } from './mask.ts';
import { valueAt } from './rows.ts';
import { configKeys } from './schema.ts';

export interface Change {
  key: string;
  /** Masked. */
  before: unknown;
  after: unknown;
}

export interface Replacement {
  changes: Change[];
  /** Puts the file in its place; returns the name of the copy of the former one. */
  write(): string | null;
}

const BACKUPS = 10;

/**
 * Looks at a text that is to be the configuration file. Throws `invalid-parameter` that names each line and key. Nothing is
 * written before `write`.
 */
export function planReplacement(path: string, text: string): Replacement {
  const name = basename(path);
  const part = join(dirname(path), `.${name}.${process.pid}.part`);
  const before = existsSync(path)
    ? loadFile(path, path)
    : loadConfig({ env: { XDG_CONFIG_HOME: '/dev/null' } });
  writePart(part, text);
  let after: LoadedConfig;
  try {
    after = loadConfig({ file: part, env: {} });
  } catch (error) {
    throw asInput(error, { part, name, text });
  } finally {
    rmSync(part, { force: true });
  }
  return {
    changes: changesBetween(before, after),
    write() {
      const backup = existsSync(path) ? copyAside(path) : null;
      writePart(part, text);
      renameSync(part, path);
      return backup;
    },
  };
}

/** The file that is there may be broken: it is then what is repaired. */
function loadFile(path: string, file: string): LoadedConfig {
  try {
    return loadConfig({ file, env: {} });
  } catch (error) {
    if (error instanceof SentinelError && error.code === 'invalid-config')
      return loadConfig({ env: { XDG_CONFIG_HOME: '/dev/null', SENTINELX_DATA_DIR: dirname(path) } });
    throw error;
  }
}

function changesBetween(before: LoadedConfig, after: LoadedConfig): Change[] {
  return configKeys().flatMap((key) => {
    const [was, is] = [before, after].map((one) =>
      one.origins.has(key.key) ? valueAt(one.config, key.path) : undefined,
    );
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [{ key: key.key, before: maskValue(key, was) ?? null, after: maskValue(key, is) ?? null }];
  });
}

/** Error of the file as an error of what was sent: by line, without the name that it had here for a moment. */
function asInput(
  error: unknown,
  { part, name, text }: { part: string; name: string; text: string },
): unknown {
  if (!(error instanceof SentinelError) || error.code !== 'invalid-config') return error;
  const positions = readPositions(text);
  return new SentinelError('invalid-parameter', error.message.replaceAll(part, name), {
    fields: error.fields.map((field) => {
      const line = lineOf(field.field, positions);
      return line === undefined ? field : { ...field, message: `line ${line}: ${field.message}` };
    }),
    cause: error,
  });
}

function readPositions(text: string): ReadonlyMap<string, { line: number }> {
  try {
    return parseConfigText('', text).positions;
  } catch {
    return new Map();
  }
}

function lineOf(key: string, positions: ReadonlyMap<string, { line: number }>): number | undefined {
  const parts = key.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const found = positions.get(parts.slice(0, length).join('.'));
    if (found) return found.line;
  }
  return undefined;
}

function copyAside(path: string): string {
  const folder = dirname(path);
  const prefix = `${basename(path)}.before-`;
  const copy = `${prefix}${new Date().toISOString().replace(/[:.]/g, '-')}`;
  copyFileSync(path, join(folder, copy));
  const copies = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .sort();
  for (const old of copies.slice(0, -BACKUPS)) rmSync(join(folder, old), { force: true });
  return copy;
}

function writePart(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(path, { force: true });
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new SentinelError(
      'output-unwritable',
      `The configuration file cannot be written (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
}

/** The text of the file, undefined when there is none. */
export function readConfigText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new SentinelError(
      'invalid-config',
      `The configuration file cannot be read (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
}
