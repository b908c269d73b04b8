// Loaded before the side doors go: it takes hold of `process.chdir`, and packages import it to ask for the main thread.
import 'node:worker_threads';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { SentinelError } from '../../lib/errors.ts';
import type { AnyTask } from '../../plugin/task.ts';
import { parseParams } from '../params.ts';
import type { AskMessage } from './messages.ts';
import { removeSideDoors } from './side-doors.ts';

/** What a plug-in imports of us; `zod` too is ours, because our schemas must be its schemas. */
const OURS: Record<string, string> = {
  'sentinelx/plugin': new URL('../../plugin/task.ts', import.meta.url).href,
};

/** Runs in the confined process only: from here on the code of a plug-in is executed. */
export async function importOwnTask(file: string): Promise<AnyTask> {
  registerHooks({
    resolve(specifier, context, next) {
      const url = Object.hasOwn(OURS, specifier) ? OURS[specifier] : undefined;
      if (url !== undefined) return { url, shortCircuit: true };
      const ours = specifier === 'zod' || specifier.startsWith('zod/');
      return next(specifier, ours ? { ...context, parentURL: import.meta.url } : context);
    },
  });
  removeSideDoors();
  const module = (await import(pathToFileURL(file).href)) as { default?: AnyTask };
  const task = module.default;
  if (typeof task !== 'object' || task === null || typeof task.run !== 'function')
    throw new SentinelError('plugin-broken', 'Its default export is not a task: defineTask({ … }).');
  if (task.params?.def?.type !== 'object')
    throw new SentinelError('plugin-broken', 'Its params are not a z.object({ … }).');
  return task;
}

/** What the host asks before a run: the declaration of the task, or whether it takes these parameters. */
export async function answer(question: AskMessage): Promise<unknown> {
  const task = await importOwnTask(question.module);
  return question.type === 'declare' ? declarationOf(task) : parseParams(task, question.params);
}

/** As the task has it; the host checks it field by field. */
function declarationOf(task: AnyTask): Record<string, unknown> {
  const { id, title, summary, description, category, version, touches, needs, rules, examples, limits } =
    task;
  return {
    ...{ id, title, summary, description, category, version, touches, needs, rules, examples, limits },
    params: z.toJSONSchema(task.params, { io: 'input', unrepresentable: 'any' }),
    output: task.output ? z.toJSONSchema(task.output, { io: 'output', unrepresentable: 'any' }) : null,
  };
}
