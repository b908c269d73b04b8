import { writeFile } from 'node:fs/promises';
import { cancel, confirm, intro, isCancel, multiline, outro, select, text } from '@clack/prompts';
import { parseDocument, stringify } from 'yaml';
import { parseParams } from '../engine/params.ts';
import { describe, loadTask, loadTasks } from '../engine/tasks.ts';
import { SentinelError } from '../lib/errors.ts';
import type { GlobalOptions } from './globals.ts';
import { runCommand } from './run/run-command.ts';

interface Property {
  type?: string;
  description?: string;
  title?: string;
  default?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  advanced?: boolean;
}

/** Picks a task, asks for its parameters, runs it, and saves the answers on request. */
export async function interactiveCommand(globals: GlobalOptions): Promise<void> {
  if (!process.stdin.isTTY)
    throw new SentinelError(
      'wrong-usage',
      'interactive needs a terminal; use sentinelx run TASK -p … instead.',
    );
  intro('SentinelX');
  const tasks = await loadTasks();
  const id = answer(
    await select({
      message: 'Task',
      options: tasks.map((task) => ({ value: task.id, label: task.title, hint: task.summary })),
    }),
  );
  const task = await loadTask(id);
  const params = await askAll(describe(task).params);
  parseParams(task, params);
  const file = answer(
    await text({
      message: 'Save the answers to a file? (empty: no)',
      placeholder: `${id}.yaml`,
      defaultValue: '',
    }),
  );
  if (file) await writeFile(file, stringify(params), { mode: 0o600 });
  outro(`sentinelx run ${id} -p '${JSON.stringify(params)}'`);
  await runCommand(id, { params: [JSON.stringify(params)] }, globals);
}

async function askAll(schema: Record<string, unknown>): Promise<Record<string, unknown>> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Property>);
  const required = new Set((schema.required ?? []) as string[]);
  const params: Record<string, unknown> = {};
  const plain = properties.filter(([name, property]) => required.has(name) || !property.advanced);
  const advanced = properties.filter(([name, property]) => !required.has(name) && property.advanced);
  for (const [name, property] of plain) await ask(params, name, property, required.has(name));
  if (
    advanced.length > 0 &&
    answer(await confirm({ message: 'Change advanced parameters?', initialValue: false }))
  ) {
    for (const [name, property] of advanced) await ask(params, name, property, false);
  }
  return params;
}

async function ask(
  params: Record<string, unknown>,
  name: string,
  property: Property,
  required: boolean,
): Promise<void> {
  const message = `${property.title ?? name}${property.description ? ` (${property.description})` : ''}`;
  if (property.type === 'boolean') {
    params[name] = answer(await confirm({ message, initialValue: property.default === true }));
    return;
  }
  if (property.enum) {
    params[name] = answer(
      await select({
        message,
        options: property.enum.map((value) => ({ value: String(value), label: String(value) })),
        initialValue: String(property.default ?? property.enum[0]),
      }),
    );
    return;
  }
  const shown = property.examples?.[0] ?? property.default;
  const placeholder = shown === undefined ? '' : typeof shown === 'string' ? shown : JSON.stringify(shown);
  const ask = property.type === 'array' ? multiline : text;
  const value =
    answer(
      await ask({
        message,
        placeholder,
        ...(required
          ? { validate: (input: string | undefined) => (input ? undefined : 'This one is needed.') }
          : {}),
      }),
    ) ?? '';
  if (value === '') return;
  params[name] =
    property.type === 'array'
      ? value.split('\n').filter(Boolean)
      : property.type === 'string'
        ? value
        : parseDocument(value).toJS();
}

function answer<T>(value: T): Exclude<T, symbol> {
  if (!isCancel(value)) return value as Exclude<T, symbol>;
  cancel('Nothing was started.');
  process.exit(130);
}
