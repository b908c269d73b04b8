import * as z from 'zod';
import { describe, searchTasks, summarise } from '../engine/tasks.ts';
import { SentinelError } from '../lib/errors.ts';
import { Category, TaskInfo, TaskSummary } from '../model/task-info.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const TaskPath = z.object({ task: z.string() });
export const ParamsBody = z.object({
  params: z.record(z.string(), z.unknown()).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});

export const listTasks = defineOperation({
  id: 'tasks.list',
  summary: 'All tasks, or those that fit a category or words',
  method: 'GET',
  path: '/tasks',
  permission: 'task:read',
  audited: false,
  pathParams: NONE,
  query: z.object({ q: z.string().max(200).optional(), category: Category.optional() }),
  body: NO_BODY,
  output: listOf(TaskSummary),
  cli: 'list',
  async handler({ services }, { query }) {
    const tasks = await services.engine.catalogue.all();
    const fitting = query.q ? searchTasks(tasks, query.q) : tasks;
    return {
      items: fitting.filter((task) => !query.category || task.category === query.category).map(summarise),
      nextCursor: null,
    };
  },
});

export const taskInfo = defineOperation({
  id: 'tasks.info',
  summary: 'Everything about one task: parameters, rules, examples',
  method: 'GET',
  path: '/tasks/{task}/info',
  permission: 'task:read',
  audited: false,
  pathParams: TaskPath,
  query: NONE,
  body: NO_BODY,
  output: TaskInfo,
  cli: 'info',
  handler: async ({ services }, { path }) => describe(await services.engine.catalogue.load(path.task)),
});

export const checkTask = defineOperation({
  id: 'tasks.check',
  summary: 'What a run would look at and use, and what is wrong with its parameters; nothing is started',
  method: 'POST',
  path: '/tasks/{task}/check',
  permission: 'task:read',
  audited: false,
  pathParams: TaskPath,
  query: NONE,
  body: ParamsBody,
  output: z.object({
    ok: z.boolean(),
    params: z.record(z.string(), z.unknown()).nullable(),
    target: z.string().nullable(),
    needs: z.array(z.string()),
    problems: z.array(z.object({ field: z.string(), message: z.string(), example: z.string().optional() })),
  }),
  cli: 'validate',
  async handler({ services, caller }, { path, body }) {
    const needs = [...(await services.engine.catalogue.load(path.task)).needs];
    try {
      const { params, target } = await services.engine.check(
        path.task,
        body.params ?? body.parameters,
        caller,
      );
      return { ok: true, params, target: target?.path ?? target?.url ?? null, needs, problems: [] };
    } catch (error) {
      if (!(error instanceof SentinelError) || error.code === 'internal') throw error;
      const problems =
        error.fields.length > 0 ? [...error.fields] : [{ field: '(all)', message: error.message }];
      return { ok: false, params: null, target: null, needs, problems };
    }
  },
});
