import * as z from 'zod';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import type { ParamKind, TaskInfo, TaskSummary } from '../model/task-info.ts';
import type { AnyTask } from '../plugin/task.ts';
import { TASKS } from '../plugins/tasks.ts';
import { ownParts } from './own-tasks/own-task.ts';

export const DEFAULT_LIMITS = { memoryMb: 1024, timeSeconds: 3600 };

export function taskIds(): string[] {
  return Object.keys(TASKS).sort();
}

export function isBuiltIn(id: string): boolean {
  return Object.hasOwn(TASKS, id);
}

export async function loadTask(id: string): Promise<AnyTask> {
  const load = Object.hasOwn(TASKS, id) ? TASKS[id as keyof typeof TASKS] : undefined;
  if (!load) {
    const near = closest(id, taskIds());
    throw new SentinelError(
      'unknown-task',
      `There is no task '${id}'.${near ? ` Did you mean '${near}'?` : ''}`,
    );
  }
  return (await load()).default as AnyTask;
}

export function loadTasks(): Promise<AnyTask[]> {
  return Promise.all(taskIds().map(loadTask));
}

export function summarise(task: AnyTask): TaskSummary {
  return {
    id: task.id,
    title: task.title,
    summary: task.summary,
    category: task.category,
    version: task.version,
    touches: task.touches,
    needs: [...task.needs],
    accepts: Object.values(paramMeta(task)).flatMap((meta) => (meta.kind ? [meta.kind] : [])),
    files: [...new Set(Object.values(paramMeta(task)).flatMap(filesOf))],
    ruleCount: Object.keys(task.rules).length,
  };
}

export function describe(task: AnyTask): TaskInfo {
  return {
    ...summarise(task),
    description: task.description,
    ...declaredSchemas(task),
    examples: task.examples.map((example) => ({
      title: example.title,
      params: example.params as Record<string, unknown>,
    })),
    rules: task.rules,
    limits: { ...DEFAULT_LIMITS, ...task.limits },
  };
}

function declaredSchemas(task: AnyTask): Pick<TaskInfo, 'params' | 'output'> {
  const own = ownParts(task);
  if (own) return { params: own.params, output: own.output };
  return {
    params: z.toJSONSchema(task.params, { io: 'input' }) as Record<string, unknown>,
    output: task.output
      ? (z.toJSONSchema(task.output, { io: 'output', unrepresentable: 'any' }) as Record<string, unknown>)
      : null,
  };
}

/** Tasks whose words fit best come first; every word of the query must occur somewhere. */
export function searchTasks(tasks: readonly AnyTask[], words: string): AnyTask[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = tasks.map((task) => {
    const strong = `${task.id} ${task.title} ${task.category}`.toLowerCase();
    const weak = `${task.summary} ${task.description} ${Object.values(
      task.rules as Record<string, { title: string }>,
    )
      .map((rule) => rule.title)
      .join(' ')}`.toLowerCase();
    const score = wanted.map((word) => (strong.includes(word) ? 3 : weak.includes(word) ? 1 : 0));
    return {
      task,
      score: score.some((value) => value === 0) ? 0 : score.reduce((sum: number, value) => sum + value, 0),
    };
  });
  return scored
    .filter((item) => item.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((item) => item.task);
}

/** Endings of the files that a parameter takes. One that takes files and does not say which takes any. */
function filesOf({ kind, target, files }: ParamMeta): readonly string[] {
  if (!target || (kind !== 'path' && kind !== 'upload')) return [];
  return files ?? ['*'];
}

export interface ParamMeta {
  kind?: ParamKind;
  target?: boolean;
  /** Of one that takes a file: the endings, or `*`. */
  files?: readonly string[];
  advanced?: boolean;
}

/** What each top-level parameter says about itself through `.meta()`. */
export function paramMeta(task: AnyTask): Record<string, ParamMeta> {
  const shape = (task.params as z.ZodObject).shape as Record<string, z.ZodType>;
  return Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, metaOf(schema)]));
}

function metaOf(schema: z.ZodType): ParamMeta {
  const own = (schema.meta() ?? {}) as ParamMeta;
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return inner ? { ...metaOf(inner), ...own } : own;
}
