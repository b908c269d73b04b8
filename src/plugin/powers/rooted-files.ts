import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import type { FileEntry, OpenFile, ReadFiles, SkippedEntry, WalkOptions } from './read-files.ts';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Paths longer than this cannot be opened on Linux; a deeper tree is a loop or an attack. */
const MAX_DEPTH = 512;

/**
 * The `read` power over a folder or one file. Nothing that is reached through a symbolic link is opened: what was opened must
 * stand at that path without a link in between. Only the target itself may be given as a link.
 */
export function openRootedFiles(target: string): ReadFiles {
  const real = realTarget(target);
  const stats = lstatSync(real);
  if (stats.isDirectory()) return rootedFiles(real, undefined);
  if (stats.isFile()) return rootedFiles(dirname(real), basename(real));
  throw unreadable(target, 'it is neither a file nor a folder');
}

function rootedFiles(root: string, single: string | undefined): ReadFiles {
  const allowed = (path: string) => single === undefined || path === single;

  function openFile(path: string): OpenFile {
    const { fd, stats } = openInside(root, checked(path, allowed));
    let open = true;
    return {
      size: stats.size,
      read: (buffer, position) => readFully(fd, buffer, position, path),
      close() {
        if (open) closeSync(fd);
        open = false;
      },
    };
  }

  return {
    root,
    single,
    *walk(options = {}) {
      if (single !== undefined) yield entryOf(single, lstatSync(join(root, single)));
      else yield* walkFolder(root, checkedFolder(options.below ?? ''), options);
    },
    stat(path) {
      const parts = safeParts(path);
      if (!parts || parts.length === 0 || !allowed(path)) return undefined;
      const stats = lstatInside(root, parts);
      return stats?.isFile() ? entryOf(path, stats) : undefined;
    },
    list(folder) {
      if (single !== undefined) return folder === '' ? [single] : [];
      const parts = safeParts(folder);
      if (!parts) return [];
      const stats = parts.length === 0 ? lstatSync(root) : lstatInside(root, parts);
      if (!stats?.isDirectory()) return [];
      try {
        return readdirSync(join(root, folder)).sort();
      } catch {
        return [];
      }
    },
    read(path, options = {}) {
      const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
      const file = openFile(path);
      try {
        if (file.size > limit) throw tooLarge(path, file.size, limit);
        return readWhole(file, path, limit);
      } finally {
        file.close();
      }
    },
    readInto(path, buffer, position) {
      const file = openFile(path);
      try {
        return file.read(buffer, position);
      } finally {
        file.close();
      }
    },
    open: openFile,
  };
}

/** Files of `/proc` and growing logs say a wrong size, so the end is where reading ends. */
function readWhole(file: OpenFile, path: string, limit: number): Uint8Array {
  let bytes = Buffer.allocUnsafe(Math.min(limit, Math.max(file.size, 1)) + 1);
  let length = 0;
  for (;;) {
    const count = file.read(bytes.subarray(length), length);
    length += count;
    if (length < bytes.length) return bytes.subarray(0, length);
    if (length > limit) throw tooLarge(path, length, limit);
    bytes = Buffer.concat([bytes], Math.min(limit + 1, length * 2));
  }
}

function* walkFolder(root: string, start: string, options: WalkOptions): Generator<FileEntry> {
  const stack: string[] = [start];
  while (stack.length > 0) {
    const folder = stack.pop() as string;
    const depth = folder === '' ? 0 : folder.split('/').length;
    if (depth > MAX_DEPTH) {
      options.skipped?.({ path: folder, reason: 'loop' });
      continue;
    }
    const folders: string[] = [];
    for (const name of namesIn(root, folder, options.skipped)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stats = lstatOrSkip(join(root, path), path, options.skipped);
      if (!stats) continue;
      if (stats.isFile()) yield entryOf(path, stats);
      else if (stats.isDirectory()) {
        if (options.enter?.(path) !== false) folders.push(path);
      } else options.skipped?.({ path, reason: stats.isSymbolicLink() ? 'symlink' : 'special' });
    }
    stack.push(...folders.reverse());
  }
}

function namesIn(root: string, folder: string, skipped: WalkOptions['skipped']): string[] {
  try {
    const real = join(root, folder);
    if (realpathSync.native(real) !== real) throw Object.assign(new Error(), { code: 'ELOOP' });
    return readdirSync(real).sort();
  } catch (error) {
    skipped?.(unreadableEntry(folder, error));
    return [];
  }
}

function lstatOrSkip(real: string, path: string, skipped: WalkOptions['skipped']): Stats | undefined {
  try {
    return lstatSync(real);
  } catch (error) {
    skipped?.(unreadableEntry(path, error));
    return undefined;
  }
}

function unreadableEntry(path: string, error: unknown): SkippedEntry {
  const code = systemCode(error);
  return { path, reason: 'unreadable', ...(code ? { code } : {}) };
}

/**
 * Opens without following a link and without waiting for a writer (a FIFO would hang), then makes sure that what was
 * opened is what stands at this real path inside the root.
 */
function openInside(root: string, parts: string[]): { fd: number; stats: Stats } {
  const path = parts.join('/');
  const real = join(root, ...parts);
  let fd: number | undefined;
  try {
    if (!lstatSync(real).isFile()) throw unreadable(path, 'it is not a regular file');
    fd = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw unreadable(path, 'it was replaced while it was opened');
    const opened = pathOfDescriptor(fd);
    if (opened === undefined ? !standsAt(real, stats) : opened !== real)
      throw unreadable(path, 'it is reached through a symbolic link, or was replaced while it was opened');
    return { fd, stats };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (error instanceof SentinelError) throw error;
    throw unreadable(path, reasonOf(error), error);
  }
}

/**
 * Where the opened file really stands, as Linux knows it: no swapping of folders and links by others can deceive it, which
 * comparing paths before and after the open can (a folder may be a link in between only). Undefined without `/proc`.
 */
function pathOfDescriptor(fd: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function standsAt(real: string, { ino, dev }: Stats): boolean {
  if (realpathSync.native(real) !== real) return false;
  const now = lstatSync(real);
  return now.ino === ino && now.dev === dev;
}

function lstatInside(root: string, parts: string[]): Stats | undefined {
  try {
    const real = join(root, ...parts);
    if (realpathSync.native(real) !== real) return undefined;
    return lstatSync(real);
  } catch {
    return undefined;
  }
}

function readFully(fd: number, buffer: Uint8Array, position: number, path: string): number {
  let length = 0;
  try {
    while (length < buffer.length) {
      const count = readSync(fd, buffer, length, buffer.length - length, position + length);
      if (count === 0) break;
      length += count;
    }
  } catch (error) {
    throw unreadable(path, reasonOf(error), error);
  }
  return length;
}

function checked(path: string, allowed: (path: string) => boolean): string[] {
  const parts = safeParts(path);
  if (!parts || parts.length === 0 || !allowed(path)) throw unreadable(path, 'it is outside the target');
  return parts;
}

function checkedFolder(path: string): string {
  if (!safeParts(path)) throw unreadable(path, 'it is outside the target');
  return path;
}

/** The parts of a relative path, or undefined when one of them leads anywhere else than down. */
function safeParts(path: string): string[] | undefined {
  if (path === '') return [];
  if (path.includes('\0')) return undefined;
  const parts = path.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..') ? undefined : parts;
}

function realTarget(target: string): string {
  try {
    return realpathSync.native(resolve(target));
  } catch (error) {
    throw unreadable(target, reasonOf(error), error);
  }
}

function entryOf(path: string, stats: Stats): FileEntry {
  return { path, size: stats.size, modified: Math.trunc(stats.mtimeMs) };
}

function tooLarge(path: string, size: number, limit: number): SentinelError {
  return new SentinelError('too-large', `${path} has ${size} bytes, more than ${limit}`);
}

function unreadable(path: string, why: string, cause?: unknown): SentinelError {
  return new SentinelError('unreadable-target', `${path || 'The target'} cannot be read: ${why}`, { cause });
}

const REASONS: Record<string, string> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ERR_ACCESS_DENIED: 'no permission',
  ELOOP: 'it is reached through a symbolic link',
  ENXIO: 'it is not a regular file',
  ENAMETOOLONG: 'the path is too long',
  EISDIR: 'it is a folder',
  EIO: 'the disk reports an error',
};

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  return (code && REASONS[code]) ?? code ?? 'reading failed';
}
