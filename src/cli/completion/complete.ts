import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { visibleText } from '../../lib/visible-text.ts';
import type { GlobalOptions } from '../globals.ts';
import { type Field, operationEntries } from '../operation-commands/entry.ts';
import { isHidden, pathOf } from '../program.ts';

type Candidate = readonly [word: string, text: string];
/** Says to the shell: complete file names here. */
const FILES = ':files';
/** Options that say which tasks there are. */
const WHERE = ['config', 'server', 'token'] as const;

/** Prints a candidate a line, with a tab and what it is. A wrong line gives nothing, never an error. */
export async function completeCommand(words: readonly string[], program: Command): Promise<void> {
  const candidates = await candidatesFor(words, program).catch(() => []);
  const lines = candidates.map(([word, text]) => (text ? `${word}\t${text}` : word));
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}

async function candidatesFor(words: readonly string[], program: Command): Promise<Candidate[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, values, globals } = walk(program, before);
  const asked = optionWithValue(command, program, before.at(-1));
  if (asked)
    return matching(await optionValues(asked, { command, task: values[0], current, globals }), current);
  if (current.startsWith('-')) return matching(flagsOf(command, program), current);
  const names = command.commands.filter((child) => !isHidden(child));
  if (names.length > 0)
    return matching(
      names.map((child): Candidate => [child.name(), child.description()]),
      current,
    );
  return matching(await argumentValues(command, { position: values.length, program, globals }), current);
}

/** The command that is being typed, and its arguments so far. */
function walk(
  program: Command,
  words: readonly string[],
): { command: Command; values: string[]; globals: GlobalOptions } {
  let command = program;
  const values: string[] = [];
  const globals: GlobalOptions = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word.startsWith('-')) {
      const option = optionWithValue(command, program, word);
      if (!option) continue;
      index += 1;
      const name = WHERE.find((one) => option.long === `--${one}`);
      if (name !== undefined) globals[name] = words[index] ?? '';
      continue;
    }
    const child = command.commands.find(
      (candidate) => candidate.name() === word || candidate.aliases().includes(word),
    );
    if (child) command = child;
    else values.push(word);
  }
  return { command, values, globals };
}

function optionWithValue(command: Command, program: Command, word: string | undefined): Option | undefined {
  if (word === undefined) return undefined;
  const known = [...command.options, ...program.options];
  return known.find(
    (option) => (option.short === word || option.long === word) && (option.required || option.optional),
  );
}

interface Around {
  command: Command;
  task: string | undefined;
  current: string;
  globals: GlobalOptions;
}

async function optionValues(
  option: Option,
  { command, task, current, globals }: Around,
): Promise<Candidate[]> {
  switch (option.long) {
    case '--category':
      return named((await import('../../model/task-info.ts')).CATEGORIES);
    case '--fail-on':
      return named((await import('../../model/severity.ts')).SEVERITIES);
    case '--format':
      return named(['table', 'json', 'yaml', 'sarif']);
    case '--task':
      return tasks(globals);
    case '--params':
      return task === undefined ? [] : parameters(task, { current, globals });
    case '--role':
      return roles();
    case '--server':
      return named(['local', ...(await import('../connect/credentials.ts')).knownServers()]);
    case '--config':
    case '--output':
    case '--params-file':
    case '--body-file':
      return [[FILES, '']];
    default:
      return named(fieldOf(command, (field) => `--${field.flag}` === option.long)?.values ?? []);
  }
}

function fieldOf(command: Command, fits: (field: Field) => boolean): Field | undefined {
  const path = pathOf(command).replace(/^sentinelx /, '');
  return operationEntries()
    .filter((entry) => entry.command === path)
    .flatMap((entry) => entry.fields)
    .find(fits);
}

async function roles(): Promise<Candidate[]> {
  const { ROLES } = await import('../../model/permission.ts');
  return Object.entries(ROLES).map(([name, role]) => [name, role.title]);
}

function named(names: readonly string[]): Candidate[] {
  return names.map((name) => [name, '']);
}

/** `-p na` gives `name=`; `-p name=` gives its values, or files for a path. */
async function parameters(
  task: string,
  { current, globals }: { current: string; globals: GlobalOptions },
): Promise<Candidate[]> {
  const { describe, isBuiltIn, loadTask } = await import('../../engine/tasks.ts');
  const { propertiesOf } = await import('../task-properties.ts');
  const info = isBuiltIn(task)
    ? describe(await loadTask(task))
    : await (await import('./own-tasks.ts')).ownTaskInfo(globals, task);
  if (info === undefined) return [];
  const properties = propertiesOf(info);
  const name = /^([\w.-]+)=/.exec(current)?.[1];
  if (name === undefined)
    return properties.map(([key, property]) => [
      `${key}=`,
      visibleText(property.title ?? property.description ?? ''),
    ]);
  const property = properties.find(([key]) => key === name)?.[1];
  if (property?.kind === 'path') return [[FILES, '']];
  const values = property?.enum ?? (property?.type === 'boolean' ? [true, false] : []);
  return values.map((value) => [`${name}=${String(value)}`, '']);
}

async function argumentValues(
  command: Command,
  { position, program, globals }: { position: number; program: Command; globals: GlobalOptions },
): Promise<Candidate[]> {
  const argument = command.registeredArguments[position];
  if (argument?.name() === 'task') return tasks(globals);
  if (argument?.name() === 'shell') return ['bash', 'zsh', 'fish'].map((name) => [name, '']);
  if (argument?.name() === 'key') {
    const { configKeys } = await import('../../config/schema.ts');
    return configKeys().map((key) => [key.key, key.meta.description ?? '']);
  }
  if (argument?.name() === 'role') return roles();
  const values = fieldOf(command, (field) => field.flag === argument?.name())?.values;
  if (values) return named(values);
  if (argument?.name() === 'file' || argument?.name() === 'old' || argument?.name() === 'target')
    return [[FILES, '']];
  return argument === undefined ? flagsOf(command, program) : [];
}

/** From the generated list, because loading every task takes longer than a key press may; those of the installation behind them. */
async function tasks(globals: GlobalOptions): Promise<Candidate[]> {
  const file = new URL('tasks.json', import.meta.url);
  const builtIn = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const { ownTasks } = await import('./own-tasks.ts');
  const own = await ownTasks(globals, (id) => Object.hasOwn(builtIn, id)).catch(() => []);
  return [...Object.entries(builtIn), ...own];
}

function flagsOf(command: Command, program: Command): Candidate[] {
  const options = [...command.options, ...program.options].filter((option) => option.long);
  return [
    ...new Map(options.map((option) => [option.long as string, option.description])),
    ['--help', 'show help'] as const,
  ];
}

function matching(candidates: readonly Candidate[], current: string): Candidate[] {
  return candidates.filter(([word]) => word === FILES || word.startsWith(current));
}
