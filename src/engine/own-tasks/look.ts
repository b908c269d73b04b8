import { SentinelError } from '../../lib/errors.ts';
import type { Ask } from './ask.ts';
import type { Copies } from './copies.ts';
import { readDeclaration, toTask } from './declaration.ts';
import { type Manifest, readManifest } from './manifest.ts';
import type { OwnTask } from './own-task.ts';
import type { Place } from './places.ts';
import { PluginProblem } from './plugin-problem.ts';
import type { Tree } from './tree.ts';

/** What can be known of a plug-in without running anything of it in this process. */
export interface Look extends Partial<Content> {
  place: Place;
  missing?: boolean;
  tree?: Tree;
}

/** What stands in the files of one hash. */
interface Content {
  manifest?: Manifest;
  tasks?: OwnTask[];
  problem?: { at: string; message: string };
}

/** What one task said of itself, as it is kept beside the copy. */
interface Said {
  module: string;
  said: unknown;
}

const PLAIN_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** What was broken is tried again after this time: the machine may have been too busy. */
const BROKEN_MS = 5 * 60_000;

export type Looker = ReturnType<typeof createLooker>;

/** Looks as far as it can be looked at; what stops it is told with the file. The same content is asked once. */
export function createLooker({ copies, ask }: { copies: Copies; ask: Ask }) {
  const known = new Map<string, { content: Promise<Content>; since: number }>();

  /** With `mayAsk` false a plug-in that was never asked is not asked now: its tasks are unknown. */
  async function look(place: Place, mayAsk: (hash: string) => boolean): Promise<Look> {
    try {
      if (place.source === 'folder' && !PLAIN_NAME.test(place.id))
        throw new PluginProblem('', 'its folder expects a name in small letters, such as my-checks');
      const tree = await copies.take(place.folder);
      const asked = mayAsk(tree.hash) || (await copies.note(tree.hash)) !== undefined;
      return { place, tree, ...(asked ? await contentOf(place, tree) : {}) };
    } catch (error) {
      return { place, problem: asProblem(error) };
    }
  }

  async function contentOf(place: Place, tree: Tree): Promise<Content> {
    const key = JSON.stringify([place.id, tree.hash]);
    const last = known.get(key);
    if (last) {
      const content = await last.content;
      if (!content.problem || Date.now() - last.since < BROKEN_MS) return content;
    }
    const content = read(place, tree);
    known.set(key, { content, since: Date.now() });
    return content;
  }

  async function read(place: Place, { hash, files }: Tree): Promise<Content> {
    const content: Content = {};
    try {
      const folder = await copies.verified(hash);
      content.manifest = await readManifest(folder, new Set(files.map(({ path }) => path)));
      const said = await declared(content.manifest.tasks, hash, folder);
      const tasks = said.map(({ module, said: one }) =>
        toTask(readDeclaration(module, one), { plugin: place.id, hash, module }),
      );
      refuseDoubles(tasks);
      content.tasks = tasks;
    } catch (error) {
      content.problem = asProblem(error);
    }
    return content;
  }

  /** Afterwards it stands beside the copy, also for other processes. */
  async function declared(modules: readonly string[], hash: string, folder: string): Promise<Said[]> {
    const noted = (await copies.note(hash)) as Said[] | undefined;
    if (Array.isArray(noted) && noted.map((one) => one.module).join() === modules.join()) return noted;
    const said: Said[] = [];
    for (const module of modules) {
      try {
        said.push({ module, said: await ask(folder, { type: 'declare', module: `${folder}/${module}` }) });
      } catch (error) {
        if (!(error instanceof SentinelError)) throw error;
        throw new PluginProblem(module, plainReason(error, folder), error);
      }
    }
    await copies.keepNote(hash, said);
    return said;
  }

  return look;
}

function plainReason(error: SentinelError, folder: string): string {
  const text = error.message.replaceAll(`file://${folder}/`, '').replaceAll(`${folder}/`, '');
  // The first line of a stack says what happened; the others say where in us.
  return error.code === 'task-failed' ? `cannot be loaded: ${text.split('\n')[0]}` : text;
}

function refuseDoubles(tasks: readonly OwnTask[]): void {
  const seen = new Map<string, string>();
  for (const { id, own } of tasks) {
    const other = seen.get(id);
    if (other !== undefined) throw new PluginProblem(own.module, `has the id '${id}', as ${other} has`);
    seen.set(id, own.module);
  }
}

function asProblem(error: unknown): { at: string; message: string } {
  if (error instanceof PluginProblem) return { at: error.at, message: error.message };
  return {
    at: '',
    message: `cannot be looked at: ${error instanceof Error ? error.message : String(error)}`,
  };
}
