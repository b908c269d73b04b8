import { Command, CommanderError } from 'commander';
import { closest } from '../lib/closest.ts';
import { optionsOf, VERSION, wholeNumber } from './globals.ts';
import { addImports } from './imports/commands.ts';
import { addOperationCommands } from './operation-commands/add.ts';
import type { OperationEntry } from './operation-commands/entry.ts';
import { addAdministration, addLast } from './program-administration.ts';
import { addReports } from './report/commands.ts';
import { addWorkflows } from './workflow/commands.ts';

const EXIT_CODES = `Exit codes:
  0 done, 1 failed, 2 gate hit (--fail-on), 3 partial, 64 wrong use, 130 cancelled`;

/** All commands. What a command does is loaded when it runs, so that help and completion stay fast. */
export function createProgram(operations?: readonly OperationEntry[]): {
  program: Command;
  failedCommand(): string;
} {
  const program = new Command('sentinelx')
    .description('Run security tasks, keep and rank what they find.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => termOf(command) })
    .addHelpText(
      'after',
      `\n${EXIT_CODES}\n\nStart here:\n  sentinelx list\n  sentinelx run secrets-scan -p path=.`,
    );
  addGlobals(program, true);
  addTasks(program);
  program.commandsGroup('Workflows:');
  addWorkflows(program);
  program.commandsGroup('Reports:');
  addReports(program);
  addAdministration(program);
  addImports(program);
  program.commandsGroup('People and access:');
  addSignIn(program);
  addOperationCommands(program, operations);
  addLast(program);
  program.helpCommand('help [command]', 'show the help of a command');
  let failed = 'sentinelx';
  for (const command of allCommands(program)) {
    if (command !== program && command.commands.length === 0) addGlobals(command);
    prepare(command, () => {
      failed = pathOf(command);
    });
  }
  return { program, failedCommand: () => failed };
}

function addTasks(program: Command): void {
  program.commandsGroup('Tasks:');
  withParams(program.command('run <task>').description('run a task and print what it finds'))
    .option('--json', 'print one object { run, findings, output, problems }')
    .option('--sarif', 'print SARIF 2.1.0')
    .option('-o, --output <file>', 'write the result to a file; its ending chooses the format')
    .option('--fail-on <severity>', 'exit code 2 when an open finding is as severe, or worse')
    .option('--upload', 'send the file or folder to the server, for one that cannot read it itself')
    .action(async (task, _options, command) =>
      (await import('./run/run-command.ts')).runCommand(task, optionsOf(command)),
    );
  program
    .command('list')
    .description('tasks by category')
    .option('-c, --category <category>', 'only this category')
    .option('-d, --details', 'with what each one touches and needs')
    .action(async (_options, command) => (await import('./catalogue.ts')).listCommand(optionsOf(command)));
  program
    .command('info <task>')
    .description('parameters, rules and examples of a task')
    .option('-e, --examples', 'only the examples, ready to copy')
    .action(async (task, _options, command) =>
      (await import('./task-page.ts')).infoCommand(task, optionsOf(command)),
    );
  program
    .command('search [words...]')
    .description('find tasks by words')
    .option('-s, --search <words>', 'the words, as the earlier command line took them')
    .action(async (words: string[], options: { search?: string }, command: Command) =>
      (await import('./catalogue.ts')).searchCommand(
        [...words, options.search ?? ''].join(' ').trim(),
        optionsOf(command),
      ),
    );
  withParams(program.command('validate <task>').description('check parameters; nothing is started')).action(
    async (task, _options, command) =>
      (await import('./catalogue.ts')).validateCommand(task, optionsOf(command)),
  );
  program
    .command('interactive')
    .alias('i')
    .description('pick a task, fill in its form, run it')
    .action(async (_options, command) =>
      (await import('./interactive.ts')).interactiveCommand(optionsOf(command)),
    );
}

function addSignIn(program: Command): void {
  program
    .command('login')
    .description('sign in at a server and keep a token for this machine')
    .option('--login <name>', 'name to sign in with')
    .option(
      '--password-stdin',
      'read the password from the standard input, and below it what else is asked for, a line each',
    )
    .option('--token-stdin', 'keep a token that was made elsewhere, read from the standard input')
    .option('--name <name>', 'name of the token')
    .option('--expires-in-days <n>', 'days until the token ends', wholeNumber('--expires-in-days', 1, 3650))
    .action(async (_options, command) =>
      (await import('./sign-in/login.ts')).loginCommand(optionsOf(command)),
    );
  program
    .command('logout')
    .description('revoke the token of this machine and forget it')
    .action(async (_options, command) =>
      (await import('./sign-in/logout.ts')).logoutCommand(optionsOf(command)),
    );
  program
    .command('whoami')
    .description('who I am here, what I may do, and where commands work')
    .action(async (_options, command) =>
      (await import('./sign-in/whoami.ts')).whoamiCommand(optionsOf(command)),
    );
}

function withParams(command: Command): Command {
  return command
    .option(
      '-p, --params <yaml>',
      'parameters as YAML or JSON, or name=value; may be repeated',
      (value: string, list: string[] = []) => [...list, value],
    )
    .option('--params-file <file>', 'parameters from a YAML or JSON file');
}

/** Options of every command, before or behind its name. `-c` belongs to a command that has another use for it. */
function addGlobals(command: Command, shown = false): void {
  const taken = (flag: string) => command.options.some((option) => option.short === flag);
  command.optionsGroup('Everywhere:');
  const add = (flags: string, text: string) => {
    const option = command.createOption(flags, text);
    if (command.options.some((known) => known.long === option.long)) return;
    command.addOption(shown ? option : option.hideHelp());
  };
  add('-v, --verbose', 'say more, and show the causes of errors');
  add(`${taken('-c') ? '' : '-c, '}--config <file>`, 'configuration file');
  add('-f, --format <format>', 'table, json or yaml (run: also sarif)');
  add('--json', 'the same as --format json');
  add('--project <project>', 'project to work in: its id or short name');
  add('--server <url>', "server to work on; 'local' for this machine (SENTINELX_SERVER, 'sentinelx login')");
  add('--token <token>', 'its token; better in SENTINELX_TOKEN, where others cannot see it');
  add('--no-color', 'no colours');
}

function prepare(command: Command, failed: () => void): void {
  command.exitOverride().configureOutput({
    // Errors are printed once, by reportError; what goes here is the help of a group that lacks its command.
    writeErr: (text) => void process.stderr.write(text),
    outputError: failed,
  });
  if (command.commands.length === 0) return;
  // Of `user lst --json` the word is wrong, and not the flag of the command that was meant.
  if (command.parent !== null) command.allowUnknownOption(true);
  command.allowExcessArguments(true).action(async (_options, self: Command) => {
    const word = self.args.find((arg) => !arg.startsWith('-'));
    if (word !== undefined) await unknownCommand(self, word);
    if (self.args.length > 0)
      throw new CommanderError(64, 'commander.unknownOption', `unknown option '${self.args[0]}'`);
    self.help({ error: self.parent !== null });
  });
}

/** The name with its arguments; that every command has options goes without saying. */
function termOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}…` : argument.name();
    return argument.required ? ` <${name}>` : ` [${name}]`;
  });
  return `${command.name()}${args.join('')}`;
}

async function unknownCommand(group: Command, name: string): Promise<never> {
  const names = group.commands.filter((command) => !isHidden(command)).map((command) => command.name());
  const path = group.parent === null ? '' : `${group.name()} `;
  const near = closest(name, names);
  const isTask = group.parent === null && (await import('../engine/tasks.ts')).taskIds().includes(name);
  const meant = near ? `${path}${near}` : isTask ? `run ${name}` : undefined;
  const advice = meant === undefined ? '' : ` Did you mean '${meant}'?`;
  throw new CommanderError(64, 'commander.unknownCommand', `There is no command '${path}${name}'.${advice}`);
}

export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

export function isHidden(command: Command): boolean {
  return (command as Command & { _hidden?: boolean })._hidden === true;
}

export function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
