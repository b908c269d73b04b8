import type { Command } from 'commander';
import { optionsOf, wholeNumber } from '../globals.ts';

/** `findings diff`, among the other commands of findings. */
export function addDiff(program: Command): void {
  const findings = program.commands.find((command) => command.name() === 'findings');
  findings
    ?.command('diff <from> [to]')
    .description(
      'what is new, fixed, still open and changed between two of: runs, imports, reports, asset:NAME, times (@2026-11-01, @7d); to now when TO is missing',
    )
    .option('--section <section>', 'list only: new, fixed, changed, still, dismissed or not-looked-at')
    .option('-n, --limit <n>', 'how many of each', wholeNumber('--limit', 1, 1000), 20)
    .option('--all', 'all of them')
    .option('--asset <asset>', 'of two times: only of this asset')
    .option(
      '--fail-on <what>',
      'exit code 2 when there are such: new, new:high (or worse), changed:medium, not-looked-at; several with commas',
    )
    .option('-o, --output <file>', 'write to a file; its ending chooses the format (.md, .sarif, .json)')
    .action(async (from: string, to: string | undefined, _options, command: Command) =>
      (await import('./diff-command.ts')).diffCommand(from, to, optionsOf(command)),
    );
}
