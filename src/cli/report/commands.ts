import type { Command } from 'commander';
import { optionsOf, wholeNumber } from '../globals.ts';

const list = (value: string, before: string[] = []) => [
  ...before,
  ...value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean),
];

/** What waits, reads files of this machine or writes some; the other commands about reports are made from their operations. */
export function addReports(program: Command): void {
  const report = program.command('report').description('reports: generate, show, compare, share, verify');
  report
    .command('generate [query...]')
    .description(
      "make a report, for example of 'severity:high,critical path:src'; usually of all that is open",
    )
    .option('--run <run>', 'of what this run found')
    .option('--workflow-run <run>', 'of what this run of a workflow found, one section for each step')
    .option('--file <file>', 'of a results file of the earlier Python program')
    .option(
      '-t, --template <template>',
      'executive, technical, compliance, delta, or the name of an own template',
    )
    .option('--formats <formats>', 'html, pdf, json, csv, sarif, markdown, vex; several with commas', list)
    .option('--title <title>', 'title of the report')
    .option('--classification <words>', 'stands in the header of every page, for example Confidential')
    .option(
      '--against <report or time>',
      'what a delta compares with: a report, or a time such as 7d or 2026-01-31',
    )
    .option('--frameworks <frameworks>', 'of the compliance template; several with commas', list)
    .option('--keep-days <n>', 'it is removed after so many days', wholeNumber('--keep-days', 1, 36_500))
    .option(
      '-o, --output <file>',
      'write the file here when it is ready; its ending chooses the format, unless --format names it',
    )
    .option('--format <format>', 'of the file: html, pdf, json, csv, sarif, markdown or vex')
    .option('--no-wait', 'only ask for it; a running server makes it')
    .action(async (words: string[], _options, command: Command) =>
      (await import('./generate.ts')).generateReportCommand(words.join(' '), optionsOf(command)),
    );
  report
    .command('diff <report> <other>')
    .description('what is new, fixed or changed between two reports')
    .option('--change <change>', 'only one: new, reopened, changed, fixed, gone or open')
    .option('-n, --limit <n>', 'how many', wholeNumber('--limit', 1, 1000), 50)
    .option('--cursor <cursor>', 'the page behind this one')
    .option('--all', 'every page, not only the first')
    .option(
      '--fail-on <what>',
      'end with 2 when there is some: new, new:high (or worse), reopened:medium, changed; several with commas',
    )
    .action(async (one: string, other: string, _options, command: Command) =>
      (await import('./diff.ts')).reportDiffCommand([one, other], optionsOf(command)),
    );
  report
    .command('verify <file>')
    .description('which report a file is, and whether it is unchanged; a file or its SHA-256')
    .action(async (file: string, _options, command: Command) =>
      (await import('./verify.ts')).verifyReportCommand(file, optionsOf(command)),
    );
}
