import type { Command } from 'commander';
import { optionsOf, wholeNumber } from '../globals.ts';

const several = (value: string, list: string[] = []) => [...list, value];

/** Commands around workflows; those that only show or change what is stored are made from their operations. */
export function addWorkflows(program: Command): void {
  const workflow = program
    .command('workflow')
    .description('chains of tasks: run, check, store; runs, approvals, schedules by themselves');
  addRunning(workflow);
  addStored(workflow);
  addRuns(workflow);
  addDeciding(workflow);
}

function withInputs(command: Command): Command {
  return command
    .option('--var <name=value>', 'an input, typed as the workflow says; may be repeated', several)
    .option('--inputs <file>', 'inputs from a YAML or JSON file, or - for the standard input');
}

function withOutput(command: Command): Command {
  return command
    .option('--json', 'print one object { run, findings }')
    .option('-o, --output <file>', 'write the result to a file; its ending chooses the format')
    .option('--fail-on <severity>', 'exit code 2 when an open finding is as severe, or worse')
    .option('--detach', 'start it and do not wait; a server goes on with it');
}

function addRunning(workflow: Command): void {
  withOutput(withInputs(workflow.command('run <workflow>')))
    .description('run a stored workflow, or a file, and print what it gives')
    .option('--dry-run', 'only say what would run, where and with which powers')
    .option('--samples', 'steps with sample data give that and are not run')
    .option('--revision <n>', 'an older revision', wholeNumber('--revision', 1, 1_000_000))
    .option('--from <step>', 'again from this step on, keeping what the last run did before it')
    .action(async (named, _options, command) =>
      (await import('./run-command.ts')).runWorkflowCommand(named, optionsOf(command)),
    );
  withOutput(workflow.command('resume <run>'))
    .description('go on where a run failed, keeping what went well; also with one whose process is gone')
    .action(async (run, _options, command) =>
      (await import('./run-command.ts')).resumeWorkflowCommand(run, optionsOf(command)),
    );
  withOutput(withInputs(workflow.command('replay <run>')))
    .description('run it again, all of it or from one step on, with other inputs if told')
    .option('--from <step>', 'the step to begin with')
    .action(async (run, _options, command) =>
      (await import('./run-command.ts')).replayWorkflowCommand(run, optionsOf(command)),
    );
  workflow
    .command('cancel <run>')
    .description('stop a run; what cleans up still runs')
    .option('--force', 'also what cleans up')
    .action(async (run, _options, command) =>
      (await import('./runs-commands.ts')).cancelWorkflowCommand(run, optionsOf(command)),
    );
}

function addStored(workflow: Command): void {
  workflow
    .command('list [words...]')
    .description('stored workflows')
    .option('--tag <tag>', 'only with this tag')
    .option('-n, --limit <n>', 'how many', wholeNumber('--limit', 1, 1000), 100)
    .option('--cursor <cursor>', 'the page behind this one')
    .option('--all', 'every page, not only the first')
    .action(async (words: string[], _options, command: Command) =>
      (await import('./stored-commands.ts')).listWorkflowsCommand(words.join(' '), optionsOf(command)),
    );
  workflow
    .command('template [name]')
    .description('workflows to start from; with a name its document')
    .option('-o, --output <file>', 'write the document to a file')
    .action(async (name, _options, command) =>
      (await import('./document-commands.ts')).templateCommand(name, optionsOf(command)),
    );
  workflow
    .command('validate <file>')
    .description('everything that is wrong in a file, by line, and what it would use')
    .action(async (file, _options, command) =>
      (await import('./document-commands.ts')).validateWorkflowCommand(file, optionsOf(command)),
    );
  workflow
    .command('convert <old>')
    .description(
      'a file of the earlier Python SentinelX in the shape of today; the report goes to the error output',
    )
    .option('-o, --output <file>', 'write to a file')
    .action(async (old, _options, command) =>
      (await import('./document-commands.ts')).convertCommand(old, optionsOf(command)),
    );
  workflow
    .command('show <name>')
    .description('a stored workflow; with --output or --format yaml its document')
    .option('--revision <n>', 'an older revision', wholeNumber('--revision', 1, 1_000_000))
    .option('-o, --output <file>', 'write the document to a file; its ending chooses YAML or JSON')
    .action(async (name, _options, command) =>
      (await import('./stored-commands.ts')).showWorkflowCommand(name, optionsOf(command)),
    );
  workflow
    .command('save <file>')
    .description('store the workflow in a file, as a new revision when it is known')
    .option('--note <text>', 'what was changed and why')
    .option('--base <n>', 'refuse when there is a newer revision', wholeNumber('--base', 1, 1_000_000))
    .action(async (file, _options, command) =>
      (await import('./document-commands.ts')).saveWorkflowCommand(file, optionsOf(command)),
    );
  workflow
    .command('diff <name> [from] [to]')
    .description('what changed between two revisions, usually the last two')
    .action(async (name, from, to, _options, command) =>
      (await import('./stored-commands.ts')).diffWorkflowCommand(name, { from, to }, optionsOf(command)),
    );
}

function addRuns(workflow: Command): void {
  workflow
    .command('runs')
    .description('runs of workflows, newest first')
    .option('-n, --limit <n>', 'how many', wholeNumber('--limit', 1, 1000), 20)
    .option('--status <status>', 'only with this status; several with commas')
    .option('--workflow <name>', 'only of this workflow')
    .option('--trigger <kind>', 'manual, schedule, event, webhook, workflow or rerun')
    .option('--cursor <cursor>', 'the page behind this one')
    .option('--all', 'every page, not only the first')
    .action(async (_options, command) =>
      (await import('./runs-commands.ts')).listWorkflowRunsCommand(optionsOf(command)),
    );
  workflow
    .command('status <run>')
    .description('one run with its steps: its id, the end of it, or last')
    .action(async (run, _options, command) =>
      (await import('./runs-commands.ts')).statusCommand(run, optionsOf(command)),
    );
}

function addDeciding(workflow: Command): void {
  workflow
    .command('approve <approval>')
    .description('let a step go on that waits for it: id of the approval, or the end of it')
    .option('--comment <text>', 'why; it is kept')
    .action(async (approval, _options, command) =>
      (await import('./runs-commands.ts')).decideCommand(approval, true, optionsOf(command)),
    );
  workflow
    .command('reject <approval>')
    .description('end a step that waits for an approval')
    .option('--comment <text>', 'why; it is kept')
    .action(async (approval, _options, command) =>
      (await import('./runs-commands.ts')).decideCommand(approval, false, optionsOf(command)),
    );
}
