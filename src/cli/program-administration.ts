import type { Command } from 'commander';
import { addDiff } from './diff/command.ts';
import { addFindings, addSuppressions } from './findings/commands.ts';
import { optionsOf, wholeNumber } from './globals.ts';
import { addPolicy } from './policy/command.ts';

const LIMIT = ['-n, --limit <n>', 'how many', wholeNumber('--limit', 1, 1000)] as const;

/** Commands around the tasks: what was found, what may be examined, the server, the configuration. */
export function addAdministration(program: Command): void {
  program.commandsGroup('Results:');
  addRuns(program.command('runs').description('what was run: state, log, files; cancel, rerun'));
  addFindings(program);
  addDiff(program);
  addSuppressions(program);
  addPolicy(program);
  program.commandsGroup('Set up:');
  addScope(program.command('scope').description('folders and hosts that may be examined'));
  addConfig(program.command('config').description('configuration: init, show, set, validate, edit, migrate'));
  addWorker(
    program.command('worker').description('processes that do steps of workflows: start, list, queues'),
  );
  addWeb(program.command('web').description('server with dashboard and API: start, info, test'));
}

/** What is about the command line itself. */
export function addLast(program: Command): void {
  program.commandsGroup('About this program:');
  program
    .command('doctor')
    .description('check that everything it needs is there')
    .action(async (_options, command) =>
      (await import('./doctor/doctor-command.ts')).doctorCommand(optionsOf(command)),
    );
  program
    .command('promote')
    .description('copy the embedded store to PostgreSQL, compare every row, and leave it')
    .option('--to <url>', 'postgres:// address of an empty database')
    .option('--undo', 'use the embedded store again, as it was')
    .action(async (_options, command) => (await import('./promote.ts')).promoteCommand(optionsOf(command)));
  program
    .command('completion <shell>')
    .description('script that completes commands in bash, zsh or fish')
    .action(async (shell) => (await import('./completion/scripts.ts')).completionCommand(shell));
  program
    .command('commands')
    .description('every command with the operation of the API that it calls')
    .action(async (_options, command) =>
      (await import('./commands-list.ts')).commandsCommand(program, optionsOf(command)),
    );
  program
    .command('version')
    .description('version of SentinelX and of what it runs on')
    .option('--sbom', 'print what is installed as a CycloneDX SBOM (JSON)')
    .action(async (_options, command) => (await import('./version.ts')).versionCommand(optionsOf(command)));
  program
    .command('__complete [words...]', { hidden: true })
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (words) => (await import('./completion/complete.ts')).completeCommand(words, program));
}

const RUN_QUERY = [
  '-q, --query <query>',
  "all that fit: status, task, target, asset, error, by, created, such as 'status:failed created:>7d'",
] as const;

function addRuns(runs: Command): void {
  runs
    .command('list')
    .description('runs, newest first')
    .option(...LIMIT, 20)
    .option('--status <status>', 'only with this status; several with commas')
    .option('--task <task>', 'only of this task')
    .option(...RUN_QUERY)
    .option('--cursor <cursor>', 'the page behind this one')
    .option('--all', 'every page, not only the first')
    .action(async (_options, command) => (await import('./runs.ts')).listRunsCommand(optionsOf(command)));
  runs
    .command('show <run>')
    .description('one run: its id, the end of it, or last')
    .action(async (id, _options, command) =>
      (await import('./runs.ts')).showRunCommand(id, optionsOf(command)),
    );
  runs
    .command('log <run>')
    .description('log lines of a run')
    .action(async (id, _options, command) =>
      (await import('./runs.ts')).runLogCommand(id, optionsOf(command)),
    );
  runs
    .command('cancel [runs...]')
    .description(
      'ask runs to stop: some by id, or all that fit a query; they are ended after the grace period',
    )
    .option(...RUN_QUERY)
    .option('--dry-run', 'only say what it would do')
    .action(async (ids, _options, command) =>
      (await import('./many-runs.ts')).cancelRunsCommand(ids, optionsOf(command)),
    );
  runs
    .command('rerun [runs...]')
    .description('run the same again: some by id, or all that fit a query; waits until they have ended')
    .option(...RUN_QUERY)
    .option('--dry-run', 'only say what it would do')
    .action(async (ids, _options, command) =>
      (await import('./many-runs.ts')).rerunRunsCommand(ids, optionsOf(command)),
    );
}

function addScope(scope: Command): void {
  scope
    .command('list')
    .description('all entries')
    .action(async (_options, command) => (await import('./scope.ts')).listScopeCommand(optionsOf(command)));
  scope
    .command('add <target>')
    .description('authorise a folder, a host, a network (10.0.0.0/24) or a URL')
    .option('--path', 'it is a folder, whatever it looks like')
    .option('--host', 'it is a host, whatever it looks like')
    .action(async (value, _options, command) =>
      (await import('./scope.ts')).addScopeCommand(value, optionsOf(command)),
    );
  scope
    .command('remove <target>')
    .description('withdraw an entry by its value or id')
    .action(async (value, _options, command) =>
      (await import('./scope.ts')).removeScopeCommand(value, optionsOf(command)),
    );
}

function addConfig(config: Command): void {
  config
    .command('init')
    .description('write a file with every key and its usual value')
    .option('--force', 'replace the file that is there')
    .action(async (_options, command) => (await import('./config/init.ts')).initCommand(optionsOf(command)));
  config
    .command('show')
    .description('each value and where it comes from')
    .action(async (_options, command) => (await import('./config/show.ts')).showCommand(optionsOf(command)));
  config
    .command('validate')
    .description('check the file and the environment')
    .action(async (_options, command) =>
      (await import('./config/show.ts')).validateCommand(optionsOf(command)),
    );
  config
    .command('set <key> [value]')
    .description('change one value; comments and order are kept')
    .option('--secret', 'read a secret from the standard input, store it, and name it here')
    .option('--unset', 'back to the usual value')
    .action(async (key, value, _options, command) =>
      (await import('./config/set.ts')).setCommand(key, value, optionsOf(command)),
    );
  config
    .command('edit')
    .description('open the file in the editor and check it afterwards')
    .action(async (_options, command) => (await import('./config/edit.ts')).editCommand(optionsOf(command)));
  config
    .command('migrate <old>')
    .description('take over the configuration of the earlier Python SentinelX')
    .option('--dry-run', 'only say what would be done')
    .option('--force', 'replace the file that is there')
    .action(async (old, _options, command) =>
      (await import('./config/migrate.ts')).migrateCommand(old, optionsOf(command)),
    );
}

function addWeb(web: Command): void {
  const port = wholeNumber('--port', 0, 65_535);
  const address = (command: Command) =>
    command.option('--host <host>', 'address').option('--port <port>', 'port', port);
  address(web.command('start').description('start the server'))
    .option('--workers <n>', 'runs at the same time', wholeNumber('--workers', 1, 256))
    .action(async (_options, command) => (await import('./web/start.ts')).startCommand(optionsOf(command)));
  address(web.command('info').description('address and state of the running server')).action(
    async (_options, command) => (await import('./web/info.ts')).infoCommand(optionsOf(command)),
  );
  address(web.command('test').description('call every endpoint of the running server'))
    .option('--write', 'also those that change something, in a project that is thrown away')
    .action(async (_options, command) => (await import('./web/test.ts')).testCommand(optionsOf(command)));
}

function addWorker(worker: Command): void {
  worker
    .command('start')
    .description('take steps of workflows from the queues, until it is asked to stop')
    .option('--labels <labels>', 'what this machine has, for example zone=dmz,os=linux')
    .option('--places <n>', 'steps at the same time', wholeNumber('--places', 1, 256))
    .action(async (_options, command) =>
      (await import('./worker/start.ts')).startWorkerCommand(optionsOf(command)),
    );
}
