import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { SentinelError, systemCode } from '../lib/errors.ts';

/** `-p` (YAML, JSON or key=value; later ones win) over `--params-file`. */
export function readParams(options: {
  params?: readonly string[];
  paramsFile?: string;
}): Record<string, unknown> {
  const params: Record<string, unknown> =
    options.paramsFile === undefined ? {} : parse(fileText(options.paramsFile), options.paramsFile);
  for (const text of options.params ?? []) {
    const pair = /^([A-Za-z][\w.]*)=(.*)$/s.exec(text);
    if (pair) params[pair[1] ?? ''] = scalar(pair[2] ?? '');
    else Object.assign(params, parse(text, '-p'));
  }
  return params;
}

function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SentinelError(
      'wrong-usage',
      `--params-file: ${file} cannot be read (${systemCode(cause) ?? 'unknown reason'}).`,
      { cause },
    );
  }
}

function parse(text: string, where: string): Record<string, unknown> {
  const document = parseDocument(text);
  const broken = document.errors[0];
  if (broken)
    throw new SentinelError(
      'wrong-usage',
      `${where}: ${broken.message.split('\n')[0]} Expects YAML or JSON, for example '{path: .}'.`,
    );
  const value: unknown = document.toJS();
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new SentinelError('wrong-usage', `${where}: expects keys and values, for example '{path: .}'.`);
  return value as Record<string, unknown>;
}

function scalar(text: string): unknown {
  return parseDocument(text).toJS();
}
