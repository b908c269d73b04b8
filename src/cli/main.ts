import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';

/** The version in package.json. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

export interface GlobalOptions {
  verbose?: boolean;
  config?: string;
  format?: 'table' | 'json' | 'yaml';
}

/** Runs one command line; sets the exit code. */
export async function main(args: string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, args.includes('-v') || args.includes('--verbose'));
  }
}

function createProgram(): Command {
  const program = new Command('sentinelx')
    .description('Run security tasks, keep and rank their findings.')
    .option('-v, --verbose', 'say more, and show causes of errors')
    .option('-c, --config <file>', 'configuration file')
    .option('-f, --format <format>', 'table, json or yaml')
    .version(VERSION, '-V, --version')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const globals = () => program.opts<GlobalOptions>();

  program
    .command('run <task>')
    .description('run a task and print its findings')
    .option('-p, --params <yaml>', 'parameters as YAML or JSON, or key=value; may be repeated', collect, [])
    .option('--params-file <file>', 'parameters from a YAML or JSON file')
    .option('--json', 'print one JSON object { run, findings, output, problems }')
    .option('--sarif', 'print SARIF 2.1.0')
    .option('-o, --output <file>', 'write the result to a file')
    .option('--fail-on <severity>', 'exit code 2 when a finding is as severe or worse')
    .option('-f, --format <format>', 'table, json, yaml or sarif')
    .action(async (task, options) => (await import('./run.ts')).runCommand(task, options, globals()));
  program
    .command('list')
    .description('tasks by category')
    .option('-c, --category <category>', 'only this category')
    .option('-d, --details', 'with what they need and touch')
    .action(async (options) => (await import('./catalogue.ts')).listCommand(options, globals()));
  program
    .command('info <task>')
    .description('parameters, rules and examples of a task')
    .option('-e, --examples', 'only the examples, ready to copy')
    .action(async (task, options) => (await import('./catalogue.ts')).infoCommand(task, options, globals()));
  program
    .command('search [words...]')
    .description('find a task by words')
    .option('-s, --search <words>', 'the same as the words')
    .action(async (words: string[], options: { search?: string }) =>
      (await import('./catalogue.ts')).searchCommand([...words, options.search ?? ''].join(' '), globals()),
    );
  program
    .command('validate <task>')
    .description('check parameters without running')
    .option('-p, --params <yaml>', 'parameters as YAML or JSON, or key=value', collect, [])
    .option('--params-file <file>', 'parameters from a file')
    .action(async (task, options) =>
      (await import('./catalogue.ts')).validateCommand(task, options, globals()),
    );
  program
    .command('version')
    .description('version of SentinelX and of its runtime')
    .action(() => console.log(`sentinelx ${VERSION} (node ${process.version})`));
  program
    .command('doctor')
    .description('check that everything it needs is there')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./doctor.ts')).doctorCommand(options, globals()));
  program
    .command('interactive')
    .description('pick a task, fill in its form, run it')
    .action(async () => (await import('./interactive.ts')).interactiveCommand(globals()));
  program
    .command('completion <shell>')
    .description('completion script for bash, zsh or fish')
    .action(async (shell) => (await import('./completion.ts')).completionCommand(shell, program));

  const config = program.command('config').description('the configuration');
  config
    .command('init')
    .description('write a commented file')
    .action(async () => (await import('./config-commands.ts')).initCommand(globals()));
  config
    .command('show')
    .description('each value and where it comes from')
    .action(async () => (await import('./config-commands.ts')).showCommand(globals()));
  config
    .command('validate')
    .description('check the file')
    .action(async () => (await import('./config-commands.ts')).validateConfigCommand(globals()));
  config
    .command('set <key> <value>')
    .description('change one value in the file')
    .action(async (key, value) => (await import('./config-commands.ts')).setCommand(key, value, globals()));

  const web = program.command('web').description('the server with API and dashboard');
  for (const name of ['start', 'info', 'test']) {
    const command = web
      .command(name)
      .option('--host <host>', 'address to listen on')
      .option('--port <port>', 'port to listen on', Number);
    if (name === 'start') {
      command
        .description('start the server')
        .option('--workers <n>', 'runs at the same time', Number)
        .action(async (options) => (await import('./web.ts')).startCommand(options, globals()));
    } else if (name === 'info')
      command
        .description('address and state of the running server')
        .action(async () => (await import('./web.ts')).infoWebCommand(globals()));
    else
      command
        .description('call the endpoints of the running server')
        .action(async () => (await import('./web.ts')).testCommand(globals()));
  }

  const scope = program.command('scope').description('folders and hosts that may be examined');
  scope
    .command('list')
    .description('all entries')
    .action(async () => (await import('./resources.ts')).scopeListCommand(globals()));
  scope
    .command('add <value>')
    .description('authorise a host, network, URL prefix or absolute folder')
    .action(async (value) => (await import('./resources.ts')).scopeAddCommand(value, globals()));
  scope
    .command('remove <value>')
    .description('withdraw an entry by value or id')
    .action(async (value) => (await import('./resources.ts')).scopeRemoveCommand(value, globals()));

  const runs = program.command('runs').description('runs');
  runs
    .command('list')
    .description('newest first')
    .option('-n, --limit <n>', 'how many', Number, 20)
    .action(async (options) => (await import('./resources.ts')).runListCommand(options, globals()));
  runs
    .command('show <id>')
    .description('one run')
    .action(async (id) => (await import('./resources.ts')).callCommand('runs.get', { id }, {}, globals()));
  runs
    .command('log <id>')
    .description('its log')
    .action(async (id) =>
      (await import('./resources.ts')).callCommand('runs.log', { id }, { limit: 1000 }, globals()),
    );
  runs
    .command('cancel <id>')
    .description('cancel it')
    .action(async (id) => (await import('./resources.ts')).callCommand('runs.cancel', { id }, {}, globals()));
  runs
    .command('rerun <id>')
    .description('run the same again')
    .action(async (id) => (await import('./run.ts')).rerunCommand(id, globals()));

  const findings = program.command('findings').description('findings');
  findings
    .command('list [query]')
    .description('most severe first; for example "severity:high,critical status:open"')
    .option('-n, --limit <n>', 'how many', Number, 50)
    .action(async (query, options) =>
      (await import('./resources.ts')).findingListCommand(query, options, globals()),
    );
  findings
    .command('show <id>')
    .description('one finding')
    .action(async (id) =>
      (await import('./resources.ts')).callCommand('findings.get', { id }, {}, globals()),
    );
  for (const command of allCommands(program))
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  return program;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}

function report(error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    process.stderr.write(`${error.message.replace(/^error: /, 'error: ')}\nSee sentinelx --help.\n`);
    return 64;
  }
  const known =
    error instanceof SentinelError
      ? error
      : new SentinelError('internal', error instanceof Error ? error.message : String(error), {
          cause: error,
        });
  process.stderr.write(`error: ${visibleText(known.message)}\n`);
  if (known.code !== 'invalid-parameter') process.stderr.write(`${known.hint}\n`);
  if (verbose || known.code === 'internal')
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return known.exitCode;
}
