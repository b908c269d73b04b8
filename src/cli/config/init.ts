import { existsSync } from 'node:fs';
import { stringify } from 'yaml';
import { type ConfigKey, ConfigSchema, configKeys } from '../../config/schema.ts';
import { configFilePath } from '../../config.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { GlobalOptions } from '../globals.ts';
import { print } from '../print.ts';
import { replaceConfig } from './file-edit.ts';

export function initCommand(options: GlobalOptions & { force?: boolean }): void {
  const path = configFilePath(options.config);
  if (existsSync(path) && !options.force)
    throw new SentinelError(
      'wrong-usage',
      `${path} exists already and is left as it is. 'sentinelx config init --force' replaces it.`,
    );
  replaceConfig(path, configTemplate());
  print(
    { file: path },
    options,
    ({ c }) =>
      `written: ${c.bold(path)}\n${c.dim('Every key stands there as a comment with its usual value.')}`,
  );
}

/** Every key as a comment, made from the schema: it cannot forget one. */
export function configTemplate(): string {
  const defaults = ConfigSchema.parse({ dataDir: '~/.local/share/sentinelx' }) as unknown as Record<
    string,
    unknown
  >;
  const lines = [
    '# Configuration of SentinelX. Every key is optional: take away the # before those that you set.',
    '# What stands here is overruled by the variable that is named, and that by a flag of the command.',
  ];
  let group = '';
  for (const key of configKeys()) {
    const [first = ''] = key.path;
    lines.push('');
    if (key.path.length > 1 && first !== group) lines.push(`#${first}:`);
    group = key.path.length > 1 ? first : '';
    const indent = key.path.length > 1 ? '  ' : '';
    lines.push(`# ${indent}${key.meta.description ?? key.key} (${key.env})`);
    const text = stringify({ [key.path.at(-1) as string]: usualValue(key, defaults) }).trimEnd();
    lines.push(...text.split('\n').map((line) => `#${indent}${line}`));
  }
  return `${lines.join('\n')}\n`;
}

function usualValue(key: ConfigKey, defaults: Record<string, unknown>): unknown {
  const value = key.path.reduce<unknown>(
    (at, part) => (at as Record<string, unknown> | undefined)?.[part],
    defaults,
  );
  const empty =
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return empty ? key.meta.examples?.[0] : value;
}
