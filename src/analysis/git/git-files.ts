/** The part of the `read` power that the git reader needs. Paths are relative to the target's root. */
export interface GitFiles {
  readonly root: string;
  stat(path: string): { size: number } | undefined;
  list(folder: string): string[];
  read(path: string, options?: { maxBytes?: number }): Uint8Array;
  open(path: string): GitFile;
}
export interface GitFile {
  readonly size: number;
  read(buffer: Uint8Array, position: number): number;
  close(): void;
}

/** Joins and resolves `.` and `..` without leaving the root; undefined when the path leads out. */
export function insideRoot(folder: string, path: string, root: string): string | undefined {
  let relative = path;
  if (path.startsWith('/')) {
    if (path !== root && !path.startsWith(`${root}/`)) return undefined;
    relative = path.slice(root.length + 1);
  } else relative = folder === '' ? path : `${folder}/${path}`;
  const parts: string[] = [];
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

export function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** A small text file, or undefined when it is not there or cannot be read. */
export function textOf(files: GitFiles, path: string, maxBytes = 1024 * 1024): string | undefined {
  if (!files.stat(path)) return undefined;
  try {
    return Buffer.from(files.read(path, { maxBytes })).toString('utf8');
  } catch {
    return undefined;
  }
}
