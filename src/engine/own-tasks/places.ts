import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../../lib/errors.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Where a plug-in stands, or would stand. */
export interface Place {
  /** Name of the folder, or `npm:` and the name of the package. */
  id: string;
  source: 'folder' | 'npm';
  folder: string;
}

export function pluginsFolder(dataDir: string): string {
  return join(dataDir, 'plugins');
}

/** Folders below `DATA_DIR/plugins` and the npm packages that the configuration names, in order of their ids. */
export async function findPlaces(dataDir: string, packages: readonly string[]): Promise<Place[]> {
  const top = pluginsFolder(dataDir);
  const folders = (await namesIn(top)).map(
    (name): Place => ({ id: name, source: 'folder', folder: join(top, name) }),
  );
  const named = packages.map(
    (name): Place => ({ id: `npm:${name}`, source: 'npm', folder: packageFolder(top, name) }),
  );
  return [...folders, ...named].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What stands beside the plug-ins, such as `node_modules` and the files of npm, is none of them. */
async function namesIn(top: string): Promise<string[]> {
  try {
    const entries = await readdir(top, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name)
      .filter((name) => name !== 'node_modules' && !name.startsWith('.'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function packageFolder(top: string, name: string): string {
  const own = join(top, 'node_modules', name);
  const ours = join(ROOT, 'node_modules', name);
  return !existsSync(own) && existsSync(ours) ? ours : own;
}

export async function isThere(place: Place): Promise<boolean> {
  try {
    await lstat(place.folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
