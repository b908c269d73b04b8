import type { Command } from 'commander';
import { optionsOf } from '../globals.ts';

/** Commands of imports that are more than their operation. */
export function addImports(program: Command): void {
  const findings = program.commands.find((command) => command.name() === 'findings');
  if (!findings) throw new Error('There is no group of commands for findings.');
  findings
    .command('import <file>')
    .description("take the findings from another tool's report; - reads the standard input")
    .option(
      '-f, --format <format>',
      "tool or format of the report, when it is not seen by itself ('sentinelx findings formats')",
    )
    .option('--asset <asset>', 'what it is about: an asset of the project, or a new one')
    .option('--covers <answer>', 'whether what is missing from it is fixed: auto, yes or no')
    .option('--root <folder>', 'folder that absolute paths in it begin with')
    .option('--mapping <mapping>', 'for any CSV or JSON: a stored mapping, or a YAML or JSON file with one')
    .option('--json', 'print one object { receipt, run, format, tools, problems }')
    .action(async (file: string, _options, command: Command) =>
      (await import('./import-command.ts')).importCommand(file, optionsOf(command)),
    );
  findings
    .command('undo <change>')
    .description('take back an import (its run), or a change of many findings')
    .action(async (change: string, _options, command: Command) =>
      (await import('./undo-command.ts')).undoCommand(change, optionsOf(command)),
    );
}
