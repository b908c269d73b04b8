import { type Command, Option } from 'commander';
import { optionsOf } from '../globals.ts';
import { type Field, type OperationEntry, operationEntries } from './entry.ts';
import { secretText } from './input.ts';

/** What the groups of generated commands are about; a group without a line is described by its commands. */
const GROUPS: Record<string, string> = {
  user: 'accounts of people and services, and what they may do',
  role: 'roles and the permissions that they hold',
  token: 'API tokens for programs',
  project: 'projects: their own runs, findings, secrets and scope',
  account: 'my own account: sessions, password, second factors',
  audit: 'who did what: list, verify, export',
  secret: 'credentials for integrations and tasks, stored encrypted',
  file: 'files that were uploaded',
  'sign-in': 'the steps of a sign-in at a browser; login does them for a terminal',
  'server-config': 'the configuration that a server runs with: show, download, upload',
  view: 'saved lists of findings: list, add, update, remove',
  acceptance: 'accepted risks that wait for a second person: list, approve, reject, settings',
  plugin: 'own tasks and the powers that they were given',
};

/** A command for every operation that has none yet, from its declaration. */
export function addOperationCommands(
  program: Command,
  all: readonly OperationEntry[] = operationEntries(),
): void {
  const byCommand = new Map<string, OperationEntry[]>();
  for (const entry of all) byCommand.set(entry.command, [...(byCommand.get(entry.command) ?? []), entry]);
  for (const [name, entries] of byCommand) {
    const words = name.split(' ');
    if (find(program, words) === undefined) addCommand(program, words, preferred(entries));
  }
  describeGroups(program);
}

function describeGroups(parent: Command): void {
  for (const group of parent.commands.filter((one) => one.commands.length > 0)) {
    if (group.description() === '')
      group.description(
        GROUPS[group.name()] ?? `${group.name()}: ${group.commands.map((one) => one.name()).join(', ')}`,
      );
    describeGroups(group);
  }
}

/** `user add` is an operation of people with accounts, and the one for the first account: the former is the command. */
function preferred(entries: readonly OperationEntry[]): OperationEntry[] {
  const kept = new Map<string, OperationEntry>();
  for (const entry of entries) {
    const key = entry.choose ?? '';
    if (!kept.has(key) || kept.get(key)?.permission === 'public') kept.set(key, entry);
  }
  return [...kept.values()];
}

function find(program: Command, words: readonly string[]): Command | undefined {
  let at: Command | undefined = program;
  for (const word of words) at = at?.commands.find((child) => child.name() === word);
  return at;
}

function addCommand(program: Command, words: readonly string[], entries: readonly OperationEntry[]): void {
  let parent = program;
  for (const word of words.slice(0, -1))
    parent = parent.commands.find((child) => child.name() === word) ?? parent.command(word);
  const usual = entries.find((entry) => entry.choose === undefined) ?? entries[0];
  if (!usual) return;
  const command = parent.command(words.at(-1) ?? '').description(sentence(usual));
  for (const field of argumentsOf(usual))
    command.argument(field.in === 'path' ? `<${field.flag}>` : `[${field.flag}]`, textOf(field));
  if (usual.upload) command.argument('<file>', 'the file to send');
  for (const entry of entries) {
    if (entry.choose !== undefined) command.option(`--${entry.choose}`, `${lowerFirst(entry.summary)}`);
    addFlags(command, entry);
  }
  command.action(async (...given: unknown[]) => {
    const self = given.at(-1) as Command;
    const options = optionsOf(self);
    const chosen = entries.find((entry) => entry.choose !== undefined && options[entry.choose] === true);
    const { runOperation } = await import('./run.ts');
    await runOperation(chosen ?? usual, self.args, options);
  });
}

export function argumentsOf(entry: OperationEntry): Field[] {
  return entry.fields.filter((field) => field.in === 'path' || field.positional);
}

function addFlags(command: Command, entry: OperationEntry): void {
  const add = (flags: string, text: string, change?: (option: Option) => Option) => {
    const option = new Option(flags, text);
    if (command.options.some((known) => known.long === option.long)) return;
    command.addOption(change ? change(option) : option);
  };
  for (const field of entry.fields.filter((one) => one.in !== 'path')) {
    if (field.secret) {
      add(`--${field.flag}-stdin`, `read the ${secretText(field).toLowerCase()} from the standard input`);
      if (!field.required)
        add(`--ask-${field.flag}`, `ask for the ${secretText(field).toLowerCase()} at the terminal`);
    } else addFlag(field, add);
  }
  if (entry.paged) add('--all', 'every page, not only the first');
  if (entry.method !== 'GET' && entry.fields.some((field) => field.in === 'body')) {
    const hide = (option: Option) => (entry.body ? option : option.hideHelp());
    add('--body <yaml>', 'everything as YAML or JSON', hide);
    add('--body-file <file>', 'the same from a file, or - for the standard input', hide);
  }
  if (entry.download) add('-o, --output <file>', 'write to a file and not to the standard output');
}

function addFlag(
  field: Field,
  add: (flags: string, text: string, change?: (option: Option) => Option) => void,
): void {
  const text = textOf(field);
  const list = (option: Option) =>
    option.argParser((value: string, before: string[] = []) => [...before, value]);
  const flag = `--${field.flag}`;
  if (field.type === 'boolean') {
    if (field.default !== true) add(flag, text);
    if (field.in === 'body' && field.default !== false)
      add(`--no-${field.flag}`, field.default === true ? text : `not ${field.flag.replaceAll('-', ' ')}`);
    return;
  }
  const placeholder = { number: 'n', list: 'value', yaml: 'yaml', enum: field.flag, text: field.flag }[
    field.type
  ];
  const short = field.name === 'limit' ? '-n, ' : '';
  add(`${short}${flag} <${placeholder}>`, text, (option) => {
    if (field.positional) option.hideHelp();
    return field.type === 'list' ? list(option) : option;
  });
}

function textOf(field: Field): string {
  const values = field.values && field.values.length <= 8 ? `one of ${field.values.join(', ')}` : '';
  const example = field.example === undefined ? '' : `for example ${field.example}`;
  const usual =
    field.default === undefined || field.default === '' || Array.isArray(field.default)
      ? ''
      : `usually ${String(field.default)}`;
  const first = field.description ? lowerFirst(field.description.split('\n')[0] ?? '') : '';
  const many = field.type === 'list' ? 'may be repeated' : '';
  return [first, values, example, usual, many].filter(Boolean).join('; ');
}

function sentence(entry: OperationEntry): string {
  return lowerFirst(entry.summary);
}

/** SARIF stays SARIF. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
