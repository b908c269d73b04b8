import type { Command } from 'commander';
import type { GlobalOptions } from './globals.ts';
import { type OperationEntry, operationEntries } from './operation-commands/entry.ts';
import { print } from './print.ts';
import { allCommands, isHidden, pathOf } from './program.ts';
import { table } from './table.ts';

/** Commands that are no operation, with the reason. Everything else is done through one, wherever it works. */
export const LOCAL_COMMANDS: Record<string, string> = {
  'web start': 'is the server',
  'worker start': 'is a process that does steps of workflows',
  'web info': 'looks at the process of the server on this machine',
  'web test': 'is a client of its own that calls every endpoint',
  'config init': 'writes the file that this machine starts with',
  'config show': 'shows what this machine would start with',
  'config set': 'changes the file that this machine starts with',
  'config validate': 'checks the file and the environment of this machine',
  'config edit': 'opens an editor on this machine',
  'config migrate': 'reads an old file on this machine',
  promote: 'moves the store that this machine starts with',
  doctor: 'examines this machine',
  completion: 'prints a script for the shell of this machine',
  commands: 'describes this program',
  version: 'describes this program',
  interactive: 'asks at the terminal, then does what run does',
};

/** Operations of commands whose name is not the one that the operation names. */
const FURTHER: Record<string, readonly string[]> = {
  search: ['tasks.list'],
  interactive: ['tasks.list', 'runs.start'],
  'workflow run': ['workflowRuns.get', 'workflowRuns.replay', 'workflowRuns.cancel', 'workflows.validate'],
  'workflow reject': ['approvals.decide'],
  'findings import': ['imports.start', 'imports.upload', 'imports.get', 'runs.get', 'runs.cancel'],
  'findings undo': ['imports.undo', 'imports.get', 'changes.undo', 'changes.get'],
  'findings triage': ['findings.triage', 'changes.get'],
  'findings list': ['findings.list', 'views.list'],
  'runs cancel': ['runs.cancel', 'runs.cancelMany', 'runs.job'],
  'runs rerun': ['runs.rerun', 'runs.rerunMany', 'runs.job', 'runs.jobItems', 'runs.get'],
  'report diff': ['reports.diff', 'reports.list'],
  'suppression edit': ['suppressions.edit', 'suppressions.preview', 'suppressions.get', 'changes.get'],
  'suppression add': ['suppressions.create', 'suppressions.get', 'changes.get'],
  run: ['runs.start', 'runs.get', 'runs.findings', 'runs.problems', 'runs.sarif', 'runs.cancel'],
};

export interface CommandRow {
  /** Without `sentinelx`. */
  command: string;
  /** The one that it is; null for a local one. */
  operation: string | null;
  /** All that it calls. */
  operations: string[];
  local: boolean;
  reason?: string;
}

export function commandsCommand(program: Command, options: GlobalOptions): void {
  const rows = commandRows(program);
  print(rows, options, (terminal) =>
    table(
      terminal,
      [
        { title: 'COMMAND', paint: terminal.c.bold },
        { title: 'OPERATION', min: 14 },
        { title: 'LOCAL, BECAUSE IT', min: 20, paint: terminal.c.dim },
      ],
      rows.map((row) => [row.command, row.operation ?? '', row.reason ?? '']),
    ),
  );
}

export function commandRows(
  program: Command,
  operations: readonly OperationEntry[] = operationEntries(),
): CommandRow[] {
  const byCommand = Map.groupBy(operations, (entry) => entry.command);
  return allCommands(program)
    .filter((command) => command.commands.length === 0 && command.name() !== 'help' && !isHidden(command))
    .map((command) => pathOf(command).replace(/^sentinelx /, ''))
    .flatMap((command) => rowsOf(command, byCommand.get(command) ?? []));
}

/** One row, and one more for each flag that chooses another operation. */
function rowsOf(command: string, entries: readonly OperationEntry[]): CommandRow[] {
  const reason = LOCAL_COMMANDS[command];
  if (reason !== undefined)
    return [{ command, operation: null, operations: [...(FURTHER[command] ?? [])], local: true, reason }];
  const groups = Map.groupBy(entries, (entry) => entry.choose);
  if (!groups.has(undefined)) groups.set(undefined, []);
  return [...groups].map(([choose, own]) => {
    const operations = [
      ...new Set([...own.map((entry) => entry.operation), ...(choose ? [] : (FURTHER[command] ?? []))]),
    ];
    return {
      command: choose === undefined ? command : `${command} --${choose}`,
      operation: mainOf(own) ?? operations[0] ?? null,
      operations,
      local: false,
    };
  });
}

/** `user add` names the operation for accounts, and the one for the very first. */
function mainOf(entries: readonly OperationEntry[]): string | undefined {
  return (entries.find((entry) => entry.permission !== 'public') ?? entries[0])?.operation;
}
