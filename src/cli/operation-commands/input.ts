import { readFileSync } from 'node:fs';
import { closest } from '../../lib/closest.ts';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { askSecret, canAsk, offerSecret, secretFromInput } from '../ask-secret.ts';
import { parseYaml } from '../params-input.ts';
import type { Field, OperationEntry } from './entry.ts';

/** What commander read: by the camel-cased name of each flag. */
export type Options = Readonly<Record<string, unknown>>;

/** Query and body of an operation from `--body-file`, `--body`, its positional words and its flags; the later one wins. */
export async function readInput(
  entry: OperationEntry,
  words: Readonly<Record<string, string>>,
  options: Options,
): Promise<{ query: Record<string, unknown>; body: unknown }> {
  const query: Record<string, unknown> = {};
  const body: Record<string, unknown> = { ...bodyTexts(options) };
  for (const field of entry.fields) {
    if (field.in === 'path') continue;
    const target = field.in === 'query' ? query : body;
    const value = field.secret
      ? await readSecret(entry, field, options)
      : givenValue(field, options[camel(field.flag)] ?? words[field.name]);
    if (value !== undefined) target[field.name] = value;
  }
  const takesBody =
    entry.method !== 'GET' && (entry.body || entry.fields.some((field) => field.in === 'body'));
  return { query, body: takesBody ? body : undefined };
}

function bodyTexts(options: Options): Record<string, unknown> {
  const file = typeof options.bodyFile === 'string' ? options.bodyFile : undefined;
  const text = typeof options.body === 'string' ? options.body : undefined;
  return {
    ...(file === undefined ? {} : parseYaml(readText(file), file)),
    ...(text === undefined ? {} : parseYaml(text, '--body')),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const reason =
      systemCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read (${systemCode(cause)})`;
    throw new SentinelError('wrong-usage', `--body-file: ${file} ${reason}.`, { cause });
  }
}

/** One line of the standard input, or a prompt; an optional one is asked for when something is made, or on request. */
async function readSecret(
  entry: OperationEntry,
  field: Field,
  options: Options,
): Promise<string | undefined> {
  const flag = `--${field.flag}-stdin`;
  const what = secretText(field);
  const piped = (one: Field) => options[camel(`${one.flag}-stdin`)] === true;
  // Who pipes one secret has no terminal for the others: all that are needed come from there, a line each.
  const all = field.required && entry.fields.some((one) => one.secret && piped(one));
  if (piped(field) || all) return secretFromInput(what);
  if (options[camel(`ask-${field.flag}`)] === true) return askSecret(what, flag);
  if (field.required) return askSecret(what, flag);
  const isPerson = options.kind === undefined || options.kind === 'person';
  return entry.command.endsWith(' add') && isPerson && canAsk() ? offerSecret(what) : undefined;
}

/** `current` of a change of password is the current password. */
export function secretText(field: Field): string {
  const name = field.flag.replaceAll('-', ' ');
  const text = name === 'current' ? 'current password' : name;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function givenValue(field: Field, given: unknown): unknown {
  if (given === undefined) return undefined;
  if (field.nullable && given === 'null') return null;
  switch (field.type) {
    case 'boolean':
      return given === true || given === 'true';
    case 'number':
      return numberOf(field, String(given));
    case 'enum':
      return oneOfValues(field, String(given));
    case 'list':
      return (Array.isArray(given) ? given : [given])
        .flatMap((text) => (field.values ? String(text).split(',') : [String(text)]))
        .map((text) => (field.values ? oneOfValues(field, text.trim()) : text));
    case 'yaml':
      return parseYaml(String(given), `--${field.flag}`, 'any');
    default:
      return String(given);
  }
}

function numberOf(field: Field, text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new SentinelError('wrong-usage', `${nameOf(field)} expects a number, not '${text}'.`);
}

function oneOfValues(field: Field, text: string): string {
  const values = field.values ?? [];
  if (values.includes(text)) return text;
  const near = closest(text, values);
  throw new SentinelError(
    'wrong-usage',
    `${nameOf(field)} expects one of ${values.join(', ')}, not '${text}'.${near ? ` Did you mean '${near}'?` : ''}`,
  );
}

function nameOf(field: Field): string {
  return field.positional ? field.flag : `--${field.flag}`;
}

export function camel(flag: string): string {
  return flag.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
}
