import type { Command } from 'commander';
import { optionsOf } from '../globals.ts';

/** Commands of the policy that read a file or set an exit code; `revisions` and `download` are made from their operations. */
export function addPolicy(program: Command): void {
  program.commands
    .find((command) => command.name() === 'findings')
    ?.command('priority <finding>')
    .description('the priority of a finding, and what it is made of')
    .action(async (finding: string, _options, command: Command) =>
      (await import('./priority-command.ts')).priorityCommand(finding, optionsOf(command)),
    );
  const policy = program
    .command('policy')
    .description('what is decided about findings by itself: gate, ends, triage, routing');
  policy
    .command('show')
    .description('the policy of the project as it was written')
    .option('--revision <n>', 'an older one')
    .action(async (_options, command: Command) =>
      (await import('./policy-commands.ts')).showPolicyCommand(optionsOf(command)),
    );
  policy
    .command('validate <file>')
    .description('check a policy file; nothing is stored')
    .action(async (file: string, _options, command: Command) =>
      (await import('./policy-commands.ts')).validatePolicyCommand(file, optionsOf(command)),
    );
  policy
    .command('upload <file>')
    .description('store a policy file as the next revision')
    .option('--note <text>', 'what was changed and why')
    .option('--base <n>', 'the revision that was edited: refused when there is a newer one')
    .action(async (file: string, _options, command: Command) =>
      (await import('./policy-commands.ts')).uploadPolicyCommand(file, optionsOf(command)),
    );
  policy
    .command('gate')
    .description('hold a run against the gate of the policy; exit code 2 when it does not pass')
    .option('--run <run>', 'its id, the end of it, or last', 'last')
    .option('--file <file>', 'a policy file instead of the stored policy')
    .option(
      '--tree <folder>',
      'folder whose sentinelx.yaml may make the gate stricter; usually the target of the run',
    )
    .action(async (_options, command: Command) =>
      (await import('./gate-command.ts')).gateCommand(optionsOf(command)),
    );
  policy
    .command('explain <finding>')
    .description('what each rule says about a finding, and which line decided')
    .option('--file <file>', 'a policy file instead of the stored policy')
    .action(async (finding: string, _options, command: Command) =>
      (await import('./explain-command.ts')).explainCommand(finding, optionsOf(command)),
    );
  policy
    .command('replay')
    .description('what the last days would have looked like with this policy; nothing is changed')
    .option('--since <time>', '30d, 24h or a date', '30d')
    .option('--file <file>', 'a policy file instead of the stored policy')
    .action(async (_options, command: Command) =>
      (await import('./replay-command.ts')).replayCommand(optionsOf(command)),
    );
}
