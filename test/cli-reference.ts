import type { Command, Option } from 'commander';
import { type CommandRow, commandRows } from '../src/cli/commands-list.ts';
import type { OperationEntry } from '../src/cli/operation-commands/entry.ts';
import { allCommands, createProgram, isHidden, pathOf } from '../src/cli/program.ts';

const INTRODUCTION = `# Command line

Every command does one operation of the API, and does it in three ways with the same result:

- **alone**, on the data folder of this user, when nothing else is named and no server runs on it;
- **through the server that runs on the data folder** (\`sentinelx web start\`): it is found by \`server.json\`, and used when it answers;
- **against a server**: \`--server URL\` with \`SENTINELX_TOKEN\` or \`--token\`, or after \`sentinelx login --server URL\`, which keeps a token
  for this machine. \`SENTINELX_SERVER\` names one too; \`--server local\` is this machine whatever else is set.

Things are named as people name them: a user by the login, a project by its short name, a run or a token by the last digits of its id.
Passwords and secrets are never arguments: they are asked for, or read from the standard input (\`--password-stdin\`), a line each.
\`sentinelx commands --json\` lists all commands with their operations.

`;

/** The page about every command, from what the program itself offers. */
export function cliReference(operations: readonly OperationEntry[]): string {
  const { program } = createProgram(operations);
  const rows = Map.groupBy(commandRows(program, operations), (row) => row.command.replace(/ --.*/, ''));
  const everywhere = program.options.filter((option) => option.long !== '--version');
  const commands = allCommands(program).filter(
    (command) => command.commands.length === 0 && command.name() !== 'help' && !isHidden(command),
  );
  return [
    INTRODUCTION,
    `Options of every command:\n\n${optionTable(everywhere)}\n`,
    ...commands.map((command) => section(command, rows.get(nameOf(command)) ?? [])),
  ].join('\n');
}

function section(command: Command, rows: readonly CommandRow[]): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const described = command.registeredArguments.filter((argument) => argument.description);
  const options = command.options.filter((option) => !option.hidden);
  const calls = rows.flatMap((row) =>
    row.local
      ? [`On this machine only: it ${row.reason}.`]
      : [
          `${row.command.includes(' --') ? `With \`${row.command.slice(row.command.indexOf('--'))}\`: operation` : 'Operation'} ${row.operations.map((id) => `\`${id}\``).join(', ')}.`,
        ],
  );
  const parts = [
    `## ${nameOf(command)}`,
    `\`\`\`sh\n${['sentinelx', nameOf(command), ...args].join(' ')}\n\`\`\``,
    `${upperFirst(command.description())}. ${calls.join(' ')}`,
    described.map((argument) => `- \`${argument.name()}\`: ${argument.description}`).join('\n'),
    options.length > 0 ? optionTable(options) : '',
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map((option) => `| \`${option.flags}\` | ${cell(option.description)} |`);
  return `| option | meaning |\n|---|---|\n${rows.join('\n')}`;
}

function nameOf(command: Command): string {
  return pathOf(command).replace(/^sentinelx /, '');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
