import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../../lib/errors.ts';
import { PluginProblem } from './plugin-problem.ts';

export interface TreeFile {
  /** Relative, with `/`. */
  path: string;
  size: number;
  sha256: string;
}

export interface Tree {
  /** SHA-256 over path, size and SHA-256 of every file in the order of the paths, hex. */
  hash: string;
  files: TreeFile[];
}

export interface Listed {
  paths: string[];
  /** The same as long as nobody has written to a file: with it nothing has to be read again. */
  signature: string;
}

export const TREE_LIMITS = { files: 10_000, bytes: 100 * 1024 * 1024, depth: 40 };

/** Never run and never copied, so that they need not be looked at: the links to programs of npm, and git's own files. */
const LEFT_OUT = new Set(['.git', '.bin']);

/** Every file of a folder. A link or a device is a problem: what it leads to could change without being seen. */
export async function listTree(folder: string): Promise<Listed> {
  const top = await lstat(folder);
  if (top.isSymbolicLink())
    throw new PluginProblem('', 'is a symbolic link; put the folder itself there (npm: --install-links)');
  if (!top.isDirectory()) throw new PluginProblem('', 'is not a folder');
  const found: { path: string; state: string }[] = [];
  let bytes = 0;

  async function walk(below: string, depth: number): Promise<void> {
    if (depth > TREE_LIMITS.depth)
      throw new PluginProblem(below, `is nested deeper than ${TREE_LIMITS.depth} folders`);
    const entries = await reading(below, () => readdir(join(folder, below), { withFileTypes: true }));
    for (const entry of entries) {
      if (LEFT_OUT.has(entry.name)) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(path, depth + 1);
      else {
        const stat = await reading(path, () => lstat(join(folder, path), { bigint: true }));
        if (!stat.isFile()) throw new PluginProblem(path, `is a ${kindOf(stat)}, and only files are taken`);
        bytes += Number(stat.size);
        found.push({ path, state: `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` });
      }
      if (found.length > TREE_LIMITS.files)
        throw new PluginProblem('', `has more than ${TREE_LIMITS.files} files`);
      if (bytes > TREE_LIMITS.bytes)
        throw new PluginProblem('', `is larger than ${TREE_LIMITS.bytes / 1024 / 1024} MB`);
    }
  }

  await walk('', 0);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    paths: found.map(({ path }) => path),
    signature: createHash('sha256').update(JSON.stringify(found)).digest('hex'),
  };
}

/** Hash of what the files hold, from the same bytes that are written to `copyTo`. */
export async function readTree(folder: string, { paths }: Listed, copyTo?: string): Promise<Tree> {
  const files: TreeFile[] = [];
  let bytes = 0;
  for (const path of paths) {
    const content = await reading(path, () => readPlain(join(folder, path), TREE_LIMITS.bytes - bytes));
    bytes += content.length;
    files.push({ path, size: content.length, sha256: createHash('sha256').update(content).digest('hex') });
    if (copyTo === undefined) continue;
    await mkdir(dirname(join(copyTo, path)), { recursive: true, mode: 0o700 });
    await writeFile(join(copyTo, path), content, { mode: 0o600 });
  }
  return { hash: hashOf(files), files };
}

export function hashOf(files: readonly TreeFile[]): string {
  const lines = files.map(({ path, size, sha256 }) => JSON.stringify([path, size, sha256]));
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

async function readPlain(path: string, limit: number): Promise<Buffer> {
  // Not through a link that has come in the meantime, and not waiting for the other end of a pipe.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file: FileHandle = await open(path, flags);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > limit) throw new PluginProblem('', 'changed while it was read');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function reading<T>(at: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PluginProblem) throw error;
    const code = systemCode(error);
    const why =
      code === 'EACCES' || code === 'EPERM'
        ? 'may not be read by the user of SentinelX'
        : code === 'ENOENT' || code === 'ELOOP'
          ? 'changed while it was read'
          : `cannot be read (${code ?? String(error)})`;
    throw new PluginProblem(at, why, error);
  }
}

function kindOf(stat: { isSymbolicLink(): boolean; isFIFO(): boolean; isSocket(): boolean }): string {
  if (stat.isSymbolicLink()) return 'symbolic link';
  if (stat.isFIFO()) return 'pipe';
  return stat.isSocket() ? 'socket' : 'device';
}
