import type { Kysely } from 'kysely';
import { SentinelError } from '../../lib/errors.ts';
import type { AnyTask } from '../../plugin/task.ts';
import type { Database } from '../../store/schema.ts';
import { ASK_LIMITS, createAsk } from './ask.ts';
import { openCopies } from './copies.ts';
import { createLooker, type Look } from './look.ts';
import { type OwnTask, ownParts } from './own-task.ts';
import { findPlaces, isThere, type Place } from './places.ts';
import { PluginProblem } from './plugin-problem.ts';
import { type Approval, allows, changesBetween, type Plugin, stateOf } from './state.ts';

export interface OwnTasksOptions {
  db: Kysely<Database>;
  dataDir: string;
  /** Names of npm packages. */
  packages: readonly string[];
  /** Ids of the tasks that come with SentinelX: no plug-in takes one of them. */
  builtIn: readonly string[];
  limits?: typeof ASK_LIMITS;
}

export type OwnTasks = ReturnType<typeof openOwnTasks>;

/**
 * The tasks of plug-ins. Nothing of a plug-in is executed in this process: its files are hashed and copied, and its copy is asked
 * in a confined one. Only what an administrator allowed, with this hash, is a task. What was allowed
 * stands in the store, and the files are compared each time, so other processes on the same store see the same.
 */
export function openOwnTasks({ db, dataDir, packages, builtIn, limits = ASK_LIMITS }: OwnTasksOptions) {
  const copies = openCopies(dataDir);
  // Two: who starts a run does not wait for a plug-in that does not answer.
  const look = createLooker({ copies, ask: createAsk(dataDir, limits) });
  const ask = createAsk(dataDir, limits);

  async function approvals(): Promise<Map<string, Approval>> {
    const rows = await db.selectFrom('plugin').selectAll().execute();
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Every plug-in that is there, was allowed or is named in the configuration. */
  const list = () => survey(() => true);

  /** On behalf of somebody who runs tasks only what was allowed is asked. */
  const usable = () => survey(isAllowed);
  const isAllowed = (_place: Place, approval: Approval | undefined, hash: string) =>
    approval !== undefined && allows(approval, hash);

  async function survey(
    mayAsk: (place: Place, approval: Approval | undefined, hash: string) => boolean,
  ): Promise<Plugin[]> {
    const known = await approvals();
    const places = await findPlaces(dataDir, packages);
    const looks = places.map(async (place): Promise<Look> => {
      if (!(await isThere(place))) return { place, missing: true };
      return look(place, (hash) => mayAsk(place, known.get(place.id), hash));
    });
    const there = new Set(places.map(({ id }) => id));
    const gone = [...known.values()]
      .filter((row) => row.approved > 0 && !there.has(row.id))
      .map((row): Look => ({ place: placeOf(row), missing: true }));
    const plugins = [...(await Promise.all(looks)), ...gone].map((one) =>
      describe(one, known.get(one.place.id)),
    );
    return refuseTakenIds(await Promise.all(plugins)).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async function describe(seen: Look, approval: Approval | undefined): Promise<Plugin> {
    const plugin = stateOf(seen, approval);
    if (plugin.state !== 'changed' || approval === undefined) return plugin;
    return { ...plugin, changes: changesBetween(await copies.files(approval.hash), plugin.files) };
  }

  async function get(id: string): Promise<Plugin> {
    const plugins = await survey((place, ...rest) => place.id === id || isAllowed(place, ...rest));
    const found = plugins.find((plugin) => plugin.id === id);
    if (!found) throw new SentinelError('not-found', `There is no plug-in ${id.slice(0, 100)}.`);
    return found;
  }

  /** Two tasks cannot have one name: those that come with SentinelX first, then in the order in which they were allowed. */
  function refuseTakenIds(plugins: Plugin[]): Plugin[] {
    const owners = new Map(builtIn.map((id) => [id, 'SentinelX itself']));
    const order = (plugin: Plugin) => (plugin.state === 'allowed' ? (plugin.allowed?.at ?? 0) : Infinity);
    return [...plugins]
      .sort((a, b) => order(a) - order(b) || (a.id < b.id ? -1 : 1))
      .map((plugin) => {
        const taken = plugin.tasks.find((task) => owners.has(task.id));
        if (taken) {
          const message = `its task '${taken.id}' has the name of a task of ${owners.get(taken.id)}; give it another id`;
          return { ...plugin, state: 'broken', problem: { at: taken.own.module, message } };
        }
        if (plugin.state === 'allowed')
          for (const task of plugin.tasks) owners.set(task.id, `the plug-in ${plugin.id}`);
        return plugin;
      });
  }

  /** Tasks that may run now. Without an allowed plug-in nothing is looked at. */
  async function tasks(): Promise<OwnTask[]> {
    const known = await approvals();
    if (![...known.values()].some((row) => allows(row, row.hash))) return [];
    const plugins = await usable();
    return plugins.filter(({ state }) => state === 'allowed').flatMap((plugin) => plugin.tasks);
  }

  /** The task, undefined when no plug-in has one of this name; throws when it is there and may not run. */
  async function find(id: string): Promise<OwnTask | undefined> {
    const plugins = await usable();
    for (const plugin of plugins) {
      const task = plugin.tasks.find((one) => one.id === id);
      if (task && plugin.state === 'allowed') return task;
    }
    for (const plugin of plugins) {
      const named = plugin.tasks.some((one) => one.id === id) || (await hadTask(plugin, id));
      if (named) throw notAllowed(id, plugin);
    }
    return undefined;
  }

  /** Of one that is broken or gone: whether what was allowed had a task of this name. */
  async function hadTask(plugin: Plugin, id: string): Promise<boolean> {
    if (plugin.allowed === null) return false;
    const note = (await copies.note(plugin.allowed.hash)) as { said?: { id?: unknown } }[] | undefined;
    return Array.isArray(note) && note.some((one) => one.said?.id === id);
  }

  /** Real path of the verified copy that a run of this task is made of. */
  async function codeFor(task: OwnTask): Promise<{ folder: string; module: string }> {
    try {
      const folder = await copies.verified(task.own.hash);
      return { folder, module: `${folder}/${task.own.module}` };
    } catch (error) {
      if (!(error instanceof PluginProblem)) throw error;
      throw new SentinelError('plugin-broken', `${task.own.plugin}: ${error.message}.`, { cause: error });
    }
  }

  /** The task's own schema looks at the parameters, in a confined process; throws what it says. */
  async function checkParams(task: AnyTask, params: Record<string, unknown>): Promise<void> {
    if (!ownParts(task)) return;
    const { folder, module } = await codeFor(task as OwnTask);
    await ask(folder, { type: 'validate', module, params });
  }

  return {
    list,
    get,
    tasks,
    find,
    codeFor,
    checkParams,

    /** Removes copies that are not needed any more. */
    async sweep(): Promise<void> {
      const needed = new Set([...(await approvals()).values()].map(({ hash }) => hash));
      await copies.sweep(needed);
    },
  };
}

function placeOf(row: Approval): Look['place'] {
  const npm = row.source === 'npm';
  return { id: row.id, source: npm ? 'npm' : 'folder', folder: '' };
}

function notAllowed(task: string, plugin: Plugin): SentinelError {
  const changed = plugin.changes.map(({ path }) => path);
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  const why = {
    allowed: 'cannot be used',
    new: 'has not been allowed yet',
    refused: 'was refused',
    changed: `was changed after it was allowed (${changed.slice(0, 3).join(', ')}${more})`,
    broken: `is broken (${plugin.problem?.at || plugin.id} ${plugin.problem?.message ?? ''})`,
    missing: 'is not there any more',
  }[plugin.state];
  return new SentinelError('plugin-not-allowed', `The plug-in ${plugin.id} of the task '${task}' ${why}.`);
}
