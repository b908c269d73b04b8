import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type LoadedConfig, loadConfig } from '../config.ts';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';

/** The version in package.json. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

/** Options that every command takes. */
export interface GlobalOptions {
  verbose?: boolean;
  config?: string;
  format?: string;
  json?: boolean;
  color?: boolean;
  /** Address of a server, or `local`. */
  server?: string;
  token?: string;
}

export type Format = 'table' | 'json' | 'yaml' | 'sarif';

export function configOf(
  globals: GlobalOptions,
  flags: Readonly<Record<string, string | number | boolean | undefined>> = {},
): LoadedConfig {
  return loadConfig({ file: globals.config, flags });
}

/** The format of the flag, else of the configuration; one that the command does not have falls back to a table. */
export function formatOf(
  globals: GlobalOptions,
  allowed: readonly Format[] = ['table', 'json', 'yaml'],
): Format {
  if (globals.json && allowed.includes('json')) return 'json';
  if (globals.format === undefined) {
    const usual = configOf(globals).config.output.format;
    return allowed.includes(usual) ? usual : 'table';
  }
  return oneOf('--format', globals.format.toLowerCase(), allowed);
}

/** The value when it is one of those; else an error that names the nearest. */
export function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const near = closest(value, allowed);
  throw new SentinelError(
    'wrong-usage',
    `${name} expects one of ${allowed.join(', ')}, not '${value}'.${near ? ` Did you mean '${near}'?` : ''}`,
  );
}

export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new SentinelError(
      'wrong-usage',
      `${name} expects a whole number from ${min} to ${max}, not '${text}'.`,
    );
  };
}

/** Options of a command with those that stood before its name. */
// biome-ignore lint/suspicious/noExplicitAny: commander does not know the types of options
export function optionsOf(command: Command): any {
  const before = command.parent ? optionsOf(command.parent) : {};
  const own = command.opts();
  return { ...before, ...own, color: before.color !== false && own.color !== false };
}
