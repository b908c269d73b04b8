import { SentinelError } from '../lib/errors.ts';
import { CATEGORIES, type TaskSummary } from '../model/task-info.ts';
import { checkTask, listTasks } from '../operations/tasks.ts';
import { type GlobalOptions, oneOf } from './globals.ts';
import { localPaths } from './local-paths.ts';
import { type ParamsOptions, readParams } from './params-input.ts';
import { plural, print } from './print.ts';
import { withSession } from './session.ts';
import { facts, table } from './table.ts';
import type { Terminal } from './terminal.ts';

export async function listCommand(
  options: GlobalOptions & { category?: string; details?: boolean },
): Promise<void> {
  const wanted =
    options.category === undefined
      ? undefined
      : oneOf('--category', options.category.toLowerCase(), CATEGORIES);
  const tasks = await withSession(
    options,
    async (session) =>
      (await session.call(listTasks, { query: wanted === undefined ? {} : { category: wanted } })).items,
  );
  print(tasks, options, (terminal) =>
    tasks.length === 0
      ? `There is no task in the category ${wanted} yet.`
      : byCategory(terminal, tasks, options.details === true),
  );
}

export async function searchCommand(words: string, options: GlobalOptions): Promise<void> {
  if (words === '')
    throw new SentinelError('wrong-usage', "Name words to look for: 'sentinelx search secrets'.");
  const tasks = await withSession(
    options,
    async (session) => (await session.call(listTasks, { query: { q: words } })).items,
  );
  print(tasks, options, (terminal) =>
    tasks.length === 0
      ? `No task fits '${words}'. 'sentinelx list' shows all.`
      : table(
          terminal,
          [{ paint: terminal.c.bold }, { paint: terminal.c.dim }, { min: 30 }],
          tasks.map((task) => [task.id, task.category, task.summary]),
        ),
  );
}

export async function validateCommand(task: string, options: GlobalOptions & ParamsOptions): Promise<void> {
  const params = readParams(options);
  await withSession(options, async (session) => {
    const result = await session.call(checkTask, {
      path: { task },
      body: { params: await localPaths(session, task, params) },
    });
    if (!result.ok) process.exitCode = 64;
    print(result, options, (terminal) => {
      const { c } = terminal;
      if (result.ok) {
        const head = facts(terminal, [
          ['target', result.target],
          ['powers', result.needs.join(', ') || 'none'],
          ['parameters', JSON.stringify(result.params)],
        ]);
        return `${c.green('valid')}: nothing was started\n${head}`;
      }
      const lines = result.problems.map(
        ({ field, message, example }) =>
          `${c.bold(field)}: ${message}${example === undefined ? '' : `, for example ${example}`}`,
      );
      return `${c.red('not valid')}: ${plural(lines.length, 'problem')}\n${lines.map((line) => `  ${line}`).join('\n')}`;
    });
  });
}

const TOUCHES: Record<TaskSummary['touches'], string> = {
  nothing: 'touches nothing',
  'reads-target': 'reads its target',
  'changes-target': 'changes its target',
};

function byCategory(terminal: Terminal, tasks: readonly TaskSummary[], details: boolean): string {
  const { c } = terminal;
  const idWidth = Math.max(...tasks.map((task) => task.id.length));
  const groups = CATEGORIES.filter((category) => tasks.some((task) => task.category === category));
  return groups
    .map((category) => {
      const rows = tasks
        .filter((task) => task.category === category)
        .flatMap((task) => {
          const powers = task.needs.length > 0 ? `powers: ${task.needs.join(', ')}` : 'no powers';
          const detail = [TOUCHES[task.touches], powers, plural(task.ruleCount, 'rule')].join('; ');
          const first = [task.id, task.summary];
          return details ? [first, ['', detail]] : [first];
        });
      const text = table(
        terminal,
        [
          { width: idWidth, paint: c.bold },
          { min: 30, paint: (cell, row) => (details && row % 2 === 1 ? c.dim(cell) : cell) },
        ],
        rows,
        2,
      );
      return `${c.cyan(category)}\n${text}`;
    })
    .join('\n\n');
}
