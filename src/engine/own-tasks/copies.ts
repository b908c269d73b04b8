import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { PluginProblem } from './plugin-problem.ts';
import { listTree, readTree, type Tree } from './tree.ts';

/** A copy that nobody needs is kept for so long: a run may still read it. */
const KEEP_MS = 7 * 24 * 3600_000;
const HASH = /^[0-9a-f]{64}$/;

export type Copies = ReturnType<typeof openCopies>;

/**
 * Private copies of the files of plug-ins, named by their hash. Whatever is looked at, allowed and run is a copy: what happens
 * to the original afterwards changes nothing of it.
 */
export function openCopies(dataDir: string) {
  const root = join(dataDir, 'plugin-copies');
  const known = new Map<string, { signature: string; tree: Tree }>();

  /** The files of a folder as they are now, copied when they are new. */
  async function take(folder: string): Promise<Tree> {
    const before = await listTree(folder);
    const last = known.get(folder);
    if (last?.signature === before.signature) return last.tree;
    const part = join(root, `${newId('tmp')}.part`);
    try {
      await mkdir(join(part, 'content'), { recursive: true, mode: 0o700 });
      const tree = await readTree(folder, before, join(part, 'content'));
      await writeFile(join(part, 'files.json'), JSON.stringify(tree.files), { mode: 0o600 });
      if ((await listTree(folder)).signature !== before.signature)
        throw new PluginProblem('', 'changed while it was read; look again');
      await place(part, tree.hash);
      known.set(folder, { signature: before.signature, tree });
      return tree;
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  }

  /** A whole copy that is there already stays: somebody may be reading it. */
  async function place(part: string, hash: string): Promise<void> {
    if (await moved(part, join(root, hash))) return;
    if (await isWhole(hash)) return;
    await rm(join(root, hash), { recursive: true, force: true });
    await moved(part, join(root, hash));
  }

  async function isWhole(hash: string): Promise<boolean> {
    const folder = join(root, hash, 'content');
    try {
      return (await readTree(folder, await listTree(folder))).hash === hash;
    } catch {
      return false;
    }
  }

  /** Real path of a copy whose files are what its hash says. */
  async function verified(hash: string): Promise<string> {
    if (!(await isWhole(hash))) {
      known.clear();
      throw new PluginProblem('', 'its copy in the data folder was changed; look again');
    }
    return realpath(join(root, hash, 'content'));
  }

  return {
    take,
    verified,

    /** What a copy holds, also when its original has changed since. */
    async files(hash: string): Promise<Tree['files']> {
      const text = await readIf(join(root, hash, 'files.json'));
      return text === undefined ? [] : (JSON.parse(text) as Tree['files']);
    },

    /** What was once read out of a copy. */
    async note(hash: string): Promise<unknown> {
      const text = await readIf(join(root, hash, 'declared.json'));
      return text === undefined ? undefined : JSON.parse(text);
    },

    async keepNote(hash: string, note: unknown): Promise<void> {
      const part = join(root, hash, `${newId('tmp')}.part`);
      await writeFile(part, JSON.stringify(note), { mode: 0o600 });
      await rename(part, join(root, hash, 'declared.json'));
    },

    /** Removes what a killed process left, and copies that have not been needed for a week. */
    async sweep(needed: ReadonlySet<string>): Promise<void> {
      const names = await readdir(root).catch(() => [] as string[]);
      for (const name of names) {
        if (needed.has(name)) continue;
        const age = Date.now() - (await stat(join(root, name))).mtimeMs;
        if (age > (HASH.test(name) ? KEEP_MS : 3600_000))
          await rm(join(root, name), { recursive: true, force: true });
      }
    },
  };
}

/** False when something is there already, perhaps from another process. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' || code === 'ENOTEMPTY') return false;
    throw error;
  }
}

async function readIf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
