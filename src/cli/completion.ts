import type { Command } from 'commander';
import { taskIds } from '../engine/tasks.ts';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import { CATEGORIES } from '../model/task-info.ts';

const SHELLS = ['bash', 'zsh', 'fish'];

/** A script for the shell that completes commands, their options, task ids and categories. */
export function completionCommand(shell: string, program: Command): void {
  if (!SHELLS.includes(shell)) {
    const near = closest(shell, SHELLS);
    throw new SentinelError(
      'wrong-usage',
      `There is no completion for '${shell}'.${near ? ` Did you mean ${near}?` : ` There is: ${SHELLS.join(', ')}.`}`,
    );
  }
  process.stdout.write(
    shell === 'fish'
      ? fish(program)
      : shell === 'zsh'
        ? `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`
        : bash(program),
  );
}

function bash(program: Command): string {
  const cases = program.commands.map((command) => {
    const words = [
      ...command.commands.map((child) => child.name()),
      ...command.options.flatMap((option) => option.long ?? []),
      ...(takesTask(command) ? taskIds() : []),
    ];
    return `    ${command.name()}) words="${words.join(' ')}" ;;`;
  });
  return `_sentinelx() {
  local words="${program.commands.map((command) => command.name()).join(' ')}"
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    -c|--category) COMPREPLY=($(compgen -W "${CATEGORIES.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")); return ;;
  esac
  if [ "$COMP_CWORD" -gt 1 ]; then case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _sentinelx sentinelx
`;
}

function fish(program: Command): string {
  const lines = program.commands.flatMap((command) => [
    `complete -c sentinelx -n __fish_use_subcommand -a ${command.name()} -d '${command.description().replaceAll("'", '')}'`,
    ...command.commands.map(
      (child) =>
        `complete -c sentinelx -n '__fish_seen_subcommand_from ${command.name()}' -a ${child.name()}`,
    ),
    ...command.options.flatMap((option) =>
      option.long
        ? [
            `complete -c sentinelx -n '__fish_seen_subcommand_from ${command.name()}' -l ${option.long.slice(2)}`,
          ]
        : [],
    ),
    ...(takesTask(command)
      ? [
          `complete -c sentinelx -n '__fish_seen_subcommand_from ${command.name()}' -a '${taskIds().join(' ')}'`,
        ]
      : []),
  ]);
  return `${lines.join('\n')}\n`;
}

function takesTask(command: Command): boolean {
  return command.registeredArguments.some((argument) => argument.name() === 'task');
}
