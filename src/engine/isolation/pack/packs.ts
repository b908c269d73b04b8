import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validPack } from './manifest.ts';

const BUILD = fileURLToPath(new URL('./build.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const NODE_MODULES = join(ROOT, 'node_modules');
const BUNDLER = join(NODE_MODULES, 'rolldown');
/** A pack of another Node, or of a copy of the product, is another pack. */
const KEY = createHash('sha256')
  .update([process.version, process.versions.v8, process.platform, process.arch, ROOT, 'format 1'].join('\n'))
  .digest('hex')
  .slice(0, 16);

export type Packs = ReturnType<typeof createPacks>;

/**
 * Programs of runs, packed: one file with the code of one task and what V8 compiled of it, so that a process starts with 50 ms
 * of processor time in place of 320 to 570. Where there is none yet, runs start from the sources and it is made beside them.
 */
export function createPacks(folders: readonly string[]) {
  const known = new Map<string, { pack?: string }>();

  /** The pack of a task of ours; undefined when there is none (yet). */
  function packOf(task: string): string | undefined {
    const before = known.get(task);
    if (before) return before.pack;
    const entry: { pack?: string } = {};
    known.set(task, entry);
    look(task, entry);
    if (entry.pack === undefined) build(task, () => look(task, entry));
    return entry.pack;
  }

  function look(task: string, entry: { pack?: string }): void {
    for (const folder of folders) entry.pack ??= validPack(folder, task);
  }

  /** It may outlive us: a command line is over before its pack is made, and the next one is to have it. */
  function build(task: string, then: () => void): void {
    const folder = existsSync(BUNDLER) ? folders.find(canWrite) : undefined;
    if (folder === undefined) return;
    const child = spawn(process.execPath, [BUILD, task, folder], {
      env: {},
      detached: true,
      stdio: 'ignore',
    });
    child.unref();
    child.once('error', () => undefined);
    child.once('exit', then);
  }

  return {
    packOf,
    /** It did not start: the sources are used from now on. */
    reject(task: string): void {
      known.set(task, {});
    },
  };
}

const opened = new Map<string, Packs>();

/** The packs that an engine with this data folder uses; looked for at its first run. */
export function packsOf(dataDir: string): Packs {
  return opened.get(dataDir) ?? openPacks(dataDir, packFolders(dataDir));
}

export function openPacks(dataDir: string, folders: readonly string[]): Packs {
  const packs = createPacks(folders);
  opened.set(dataDir, packs);
  return packs;
}

/** With the code, which who may write there could change anyway; else with the data. */
function packFolders(dataDir: string): string[] {
  const withCode = join(NODE_MODULES, '.cache', 'sentinelx', 'children', KEY);
  const withData = join(dataDir, 'cache', 'children', KEY);
  // A copy of the product that uses the packages of another leaves nothing there.
  const own = [NODE_MODULES, join(NODE_MODULES, '.cache')].every(
    (path) => !existsSync(path) || realpathSync(path) === path,
  );
  return own ? [withCode, withData] : [withData];
}

function canWrite(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
