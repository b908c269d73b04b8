import pc from 'picocolors';
import { stringify } from 'yaml';
import { describe, loadTask, loadTasks, searchTasks, summarise } from '../engine/tasks.ts';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import { CATEGORIES } from '../model/task-info.ts';
import type { AnyTask } from '../plugin/task.ts';
import type { GlobalOptions } from './main.ts';
import { readParams } from './params.ts';
import { print, severityText, table } from './print.ts';
import { callOperation, withApp } from './session.ts';

export async function listCommand(
  options: { category?: string; details?: boolean },
  globals: GlobalOptions,
): Promise<void> {
  if (options.category !== undefined && !(CATEGORIES as readonly string[]).includes(options.category)) {
    const near = closest(options.category, CATEGORIES);
    throw new SentinelError(
      'wrong-usage',
      `--category: there is no category '${options.category}'.${near ? ` Did you mean '${near}'?` : ` There are: ${CATEGORIES.join(', ')}.`}`,
    );
  }
  const tasks = (await loadTasks()).filter((task) => !options.category || task.category === options.category);
  print(tasks.map(summarise), globals, () => byCategory(tasks, options.details === true));
}

export async function searchCommand(words: string, globals: GlobalOptions): Promise<void> {
  if (words.trim() === '')
    throw new SentinelError(
      'wrong-usage',
      'Expects words to search for, for example: sentinelx search secrets.',
    );
  const tasks = searchTasks(await loadTasks(), words);
  print(tasks.map(summarise), globals, () =>
    tasks.length === 0
      ? `No task fits '${words.trim()}'.`
      : table(tasks.map((task) => [task.id, task.category, task.summary])),
  );
}

export async function infoCommand(
  id: string,
  options: { examples?: boolean },
  globals: GlobalOptions,
): Promise<void> {
  const task = await loadTask(id);
  const info = describe(task);
  if (options.examples) return print(info.examples, globals, () => examplesOf(task));
  print(info, globals, () => {
    const properties = Object.entries(
      (info.params.properties ?? {}) as Record<
        string,
        { type?: string; description?: string; default?: unknown; title?: string }
      >,
    );
    const required = new Set((info.params.required ?? []) as string[]);
    return [
      `${pc.bold(task.title)} ${pc.dim(`${task.id} v${task.version}, ${task.category}`)}`,
      task.summary,
      '',
      task.description,
      '',
      pc.bold('Parameters'),
      table(
        properties.map(([name, schema]) => [
          `  ${name}`,
          required.has(name) ? 'required' : `default ${JSON.stringify(schema.default ?? null)}`,
          schema.description ?? schema.title ?? schema.type ?? '',
        ]),
      ),
      '',
      pc.bold(`Rules (${Object.keys(task.rules).length})`),
      ...Object.entries(info.rules).map(
        ([rule, text]) => `  ${severityText(text.severity, 8)}  ${rule}  ${pc.dim(text.title)}`,
      ),
      '',
      pc.bold('Powers'),
      `  ${task.needs.length === 0 ? 'none' : task.needs.join(', ')}; touches: ${task.touches}`,
      '',
      pc.bold('Examples'),
      examplesOf(task),
    ].join('\n');
  });
}

export async function validateCommand(
  id: string,
  options: { params?: string[]; paramsFile?: string },
  globals: GlobalOptions,
): Promise<void> {
  const params = readParams(options);
  await withApp(globals, async (app) => {
    const result = (await callOperation(app, 'tasks.check', { path: { task: id }, body: { params } })) as {
      ok: boolean;
      target: string | null;
      needs: string[];
      problems: { field: string; message: string; example?: string }[];
    };
    print(result, globals, () =>
      result.ok
        ? `${pc.green('valid')}${result.target ? `: would examine ${result.target}` : ''} (powers: ${result.needs.join(', ') || 'none'})`
        : result.problems
            .map(
              (problem) =>
                `${pc.red('wrong')}  ${problem.field}: ${problem.message}${problem.example === undefined ? '' : `, for example ${problem.example}`}`,
            )
            .join('\n'),
    );
    if (!result.ok) process.exitCode = 64;
  });
}

function byCategory(tasks: readonly AnyTask[], details: boolean): string {
  const categories = [...new Set(tasks.map((task) => task.category))].sort();
  return categories
    .map((category) => {
      const rows = tasks
        .filter((task) => task.category === category)
        .map((task) => [
          `  ${task.id}`,
          ...(details ? [task.touches, task.needs.join(', ') || 'no powers'] : []),
          task.summary,
        ]);
      return `${pc.bold(category)}\n${table(rows)}`;
    })
    .join('\n\n');
}

function examplesOf(task: AnyTask): string {
  return task.examples
    .map(
      (example) =>
        `  ${pc.dim(`# ${example.title}`)}\n  sentinelx run ${task.id} -p '${flow(example.params)}'`,
    )
    .join('\n');
}

function flow(params: unknown): string {
  return stringify(params, { collectionStyle: 'flow', lineWidth: 0 }).trim().replaceAll("'", '"');
}
