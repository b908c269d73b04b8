import { readFileSync } from 'node:fs';
import { isMap, parseDocument } from 'yaml';
import { parseConfigText } from '../../config/file.ts';
import { maskValue } from '../../config/mask.ts';
import { type ConfigKey, configKeys } from '../../config/schema.ts';
import { configFilePath, readText as readValue } from '../../config.ts';
import { closest } from '../../lib/closest.ts';
import { SentinelError } from '../../lib/errors.ts';
import { secretSet } from '../../operations/secrets.ts';
import type { GlobalOptions } from '../globals.ts';
import { print } from '../print.ts';
import { withSession } from '../session.ts';
import { readText, replaceConfig } from './file-edit.ts';

export interface SetOptions extends GlobalOptions {
  secret?: boolean;
  unset?: boolean;
}

/** Changes one value and keeps comments and order; nothing is written when the result would be broken. */
export async function setCommand(
  name: string,
  value: string | undefined,
  options: SetOptions,
): Promise<void> {
  const { key, path } = keyNamed(name);
  const file = configFilePath(options.config);
  if (options.unset) {
    edit(file, (document) => void document.deleteIn(path));
    print({ key: name, file }, options, () => `${name} has its usual value again`);
    return;
  }
  const text = options.secret ? await storeSecret(key, path, options) : value;
  if (text === undefined)
    throw new SentinelError(
      'wrong-usage',
      `Name the value: 'sentinelx config set ${name} VALUE', or --unset, or --secret to type a secret.`,
    );
  const entry = path.length > key.path.length;
  const typed = entry ? text : readValue(key, text);
  edit(file, (document) => document.setIn(path, typed));
  const shown = maskValue(key, typed);
  print(
    { key: name, value: shown, file },
    options,
    ({ c }) =>
      `${c.bold(name)} is ${typeof shown === 'string' ? shown : JSON.stringify(shown)}\n${c.dim(`in ${file}`)}`,
  );
}

function keyNamed(name: string): { key: ConfigKey; path: string[] } {
  const path = name.split('.');
  const keys = configKeys();
  const key = keys.find(
    (candidate) =>
      candidate.key === name ||
      (candidate.type === 'record' && path.length === 2 && path[0] === candidate.key),
  );
  if (key) return { key, path };
  const names = keys.map((candidate) => candidate.key);
  const near = closest(name, names) ?? names.find((candidate) => candidate.endsWith(`.${name}`));
  throw new SentinelError(
    'wrong-usage',
    `There is no key '${name}'.${near ? ` Did you mean '${near}'?` : " 'sentinelx config show' lists all."}`,
  );
}

function edit(file: string, change: (document: ReturnType<typeof parseDocument>) => void): void {
  const before = readText(file);
  parseConfigText(file, before);
  const document = parseDocument(before);
  if (document.contents === null || !isMap(document.contents)) {
    // Only comments: they stay above the first key.
    const comment = document.commentBefore ?? document.comment;
    document.contents = document.createNode({}) as never;
    document.comment = null;
    document.commentBefore = comment ?? null;
  }
  change(document);
  replaceConfig(file, document.toString({ lineWidth: 0 }));
}

/** Reads the secret where no list of processes and no history shows it, and keeps only its name in the file. */
async function storeSecret(key: ConfigKey, path: readonly string[], options: SetOptions): Promise<string> {
  if (!key.meta.secret && key.type !== 'record')
    throw new SentinelError('wrong-usage', `--secret: ${key.key} holds no secret.`);
  const value = process.stdin.isTTY ? await typed(key.key) : readFileSync(0, 'utf8').replace(/\r?\n$/, '');
  if (value === '')
    throw new SentinelError(
      'wrong-usage',
      '--secret: expects the secret on the standard input; it was empty.',
    );
  const name = path.join('.');
  await withSession(options, (session) =>
    session.call(secretSet, { path: { name }, query: { of: 'instance' }, body: { value } }),
  );
  return `secret:${name}`;
}

async function typed(name: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts');
  const value = await password({ message: name });
  if (isCancel(value)) process.exit(130);
  return value;
}
