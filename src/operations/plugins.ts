import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { POWER_TEXTS } from '../engine/own-tasks/power-texts.ts';
import type { Plugin as PluginState } from '../engine/own-tasks/state.ts';
import { PLUGIN_STATES } from '../engine/own-tasks/state.ts';
import { describe } from '../engine/tasks.ts';
import { SentinelError } from '../lib/errors.ts';
import { TaskInfo } from '../model/task-info.ts';
import type { WriteContext } from '../store/store.ts';
import { defineOperation } from './operation.ts';
import { listOf, NO_BODY, NONE } from './paging.ts';

const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expects the hash as the plug-in shows it, 64 hexadecimal digits');

const PluginSummary = z.object({
  id: z.string(),
  state: z.enum(PLUGIN_STATES),
  source: z.enum(['folder', 'npm']),
  /** Of its `package.json`. */
  name: z.string().nullable(),
  version: z.string().nullable(),
  tasks: z.array(z.string()),
  /** What its tasks may use together. */
  powers: z.array(z.string()),
  /** File and reason, when it cannot be used. */
  problem: z.string().nullable(),
  /** SHA-256 of what is there now; it is what one allows. */
  hash: z.string().nullable(),
});

const Plugin = PluginSummary.extend({
  allowed: z.object({ hash: z.string(), at: z.int(), by: z.string() }).nullable(),
  /** Its powers in words. */
  grants: z.array(z.string()),
  /** Files that differ from what was allowed. */
  changes: z.array(z.object({ path: z.string(), change: z.enum(['added', 'removed', 'changed']) })),
  files: z.int(),
  bytes: z.int(),
  /** Each task as it declares itself, with its powers, parameters and rules. */
  declares: z.array(TaskInfo),
});

const PluginPath = z.object({ id: z.string() });

export const pluginList = defineOperation({
  id: 'plugins.list',
  summary: 'Plug-ins with own tasks: state, powers and hash',
  method: 'GET',
  path: '/plugins',
  permission: 'plugin:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: listOf(PluginSummary),
  cli: 'plugin list',
  handler: async ({ services }) => ({
    items: (await services.ownTasks.list()).map(summary),
    nextCursor: null,
  }),
});

export const pluginGet = defineOperation({
  id: 'plugins.get',
  summary: 'One plug-in: what its tasks declare, and what changed since it was allowed',
  method: 'GET',
  path: '/plugins/{id}',
  permission: 'plugin:read',
  audited: false,
  pathParams: PluginPath,
  query: NONE,
  body: NO_BODY,
  output: Plugin,
  cli: 'plugin show',
  handler: async ({ services }, { path }) => whole(await services.ownTasks.get(path.id)),
});

export const pluginAllow = defineOperation({
  id: 'plugins.allow',
  summary: 'Let the tasks of a plug-in run, as it is with this hash',
  method: 'POST',
  path: '/plugins/{id}/allow',
  permission: 'plugin:write',
  audited: true,
  sensitive: true,
  pathParams: PluginPath,
  query: NONE,
  body: z.object({ hash: Hash }),
  output: Plugin,
  cli: 'plugin allow',
  async handler(context, { path, body }) {
    const { services, caller } = context;
    context.audit({ project: INSTANCE, subject: path.id });
    const plugin = await services.ownTasks.get(path.id);
    const { problem, hash } = plugin;
    if (problem)
      throw new SentinelError(
        'plugin-broken',
        `${plugin.id}: ${problemText(problem)}. It cannot be allowed.`,
      );
    if (hash !== body.hash)
      throw new SentinelError('conflict', `The plug-in ${plugin.id} is not what was looked at: look again.`, {
        current: whole(plugin),
      });
    const { tasks, powers } = summary(plugin);
    context.audit({
      before: plugin.allowed && { hash: plugin.allowed.hash },
      after: { hash, tasks, powers },
    });
    await context.change(async ({ tx, emit }) => {
      await decide(tx, { plugin, hash, approved: Date.now(), actor: caller.id });
      emit({
        type: 'plugin.allowed',
        project: INSTANCE,
        actor: caller.id,
        subject: plugin.id,
        data: { plugin: plugin.id, hash },
      });
    });
    return whole(await services.ownTasks.get(path.id));
  },
});

export const pluginRefuse = defineOperation({
  id: 'plugins.refuse',
  summary: 'Let the tasks of a plug-in not run, or not any more',
  method: 'POST',
  path: '/plugins/{id}/refuse',
  permission: 'plugin:write',
  audited: true,
  pathParams: PluginPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'plugin refuse',
  async handler(context, { path }) {
    const { services, caller } = context;
    context.audit({ project: INSTANCE, subject: path.id });
    const plugin = await services.ownTasks.get(path.id);
    const hash = plugin.hash ?? plugin.allowed?.hash ?? '';
    context.audit({ before: plugin.allowed && { hash: plugin.allowed.hash }, after: { refused: hash } });
    await context.change(async ({ tx, emit }) => {
      await decide(tx, { plugin, hash, approved: 0, actor: caller.id });
      emit({
        type: 'plugin.refused',
        project: INSTANCE,
        actor: caller.id,
        subject: plugin.id,
        data: { plugin: plugin.id, hash: plugin.hash },
      });
    });
    return {};
  },
});

async function decide(
  tx: WriteContext['tx'],
  made: { plugin: PluginState; hash: string; approved: number; actor: string },
): Promise<void> {
  const { hash, approved, actor } = made;
  const { id, source } = made.plugin;
  await tx
    .insertInto('plugin')
    .values({ id, source, hash, approved, actor })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ source, hash, approved, actor }))
    .execute();
}

function summary(plugin: PluginState): z.infer<typeof PluginSummary> {
  const { id, state, source, name, version, hash, problem } = plugin;
  return {
    ...{ id, state, source, name, version, hash },
    tasks: plugin.tasks.map((task) => task.id),
    powers: [...new Set(plugin.tasks.flatMap((task) => task.needs as string[]))].sort(),
    problem: problem && problemText(problem),
  };
}

function whole(plugin: PluginState): z.infer<typeof Plugin> {
  return {
    ...summary(plugin),
    grants: [...new Set(plugin.tasks.flatMap((task) => task.needs as (keyof typeof POWER_TEXTS)[]))].map(
      (name) => POWER_TEXTS[name],
    ),
    allowed: plugin.allowed,
    changes: plugin.changes,
    files: plugin.files.length,
    bytes: plugin.files.reduce((sum, file) => sum + file.size, 0),
    declares: plugin.tasks.map(describe),
  };
}

function problemText({ at, message }: { at: string; message: string }): string {
  return at === '' ? message : `${at} ${message}`;
}
