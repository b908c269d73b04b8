import { GitProblem } from './git-problem.ts';
import type { ObjectStore } from './object-store.ts';

/** A file in a tree. */
export interface TreeFile {
  id: string;
  path: string;
}

export interface TreeWalk {
  /** Files that no walk of this object has met before, whatever their path. */
  newFiles(tree: string): Generator<TreeFile>;
}

export interface TreeWalkOptions {
  enter: (folder: string) => boolean;
  problem: (at: string, error: GitProblem) => void;
}

const MAX_DEPTH = 256;
const FOLDER = '40000';
const LINK = '120000';
const SUBMODULE = '160000';

/** Remembers trees and files by id: what stands in a thousand commits is met once. Links and submodules are no files. */
export function createTreeWalk(objects: ObjectStore, { enter, problem }: TreeWalkOptions): TreeWalk {
  const trees = new Set<string>();
  const files = new Set<string>();

  function* walk(id: string, folder: string, depth: number): Generator<TreeFile> {
    if (trees.has(id)) return;
    if (depth > MAX_DEPTH) {
      problem(folder, new GitProblem('too-large', `folders in each other deeper than ${MAX_DEPTH}`));
      return;
    }
    trees.add(id);
    for (const entry of entriesOf(id, folder)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.mode === FOLDER) {
        if (enter(path)) yield* walk(entry.id, path, depth + 1);
      } else if (entry.mode !== LINK && entry.mode !== SUBMODULE && !files.has(entry.id)) {
        files.add(entry.id);
        yield { id: entry.id, path };
      }
    }
  }

  function entriesOf(id: string, folder: string): TreeEntry[] {
    try {
      const { type, bytes } = objects.read(id);
      if (type !== 'tree') throw new GitProblem('broken', `${id} is no tree`);
      return parseTree(bytes, objects.hashBytes);
    } catch (error) {
      if (!(error instanceof GitProblem)) throw error;
      problem(folder || id, error);
      return [];
    }
  }

  return { newFiles: (tree) => walk(tree, '', 0) };
}

interface TreeEntry {
  mode: string;
  name: string;
  id: string;
}

/** Entries `<mode> <name>\0<id>`. */
function parseTree(bytes: Buffer, hashBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const end = space < 0 ? -1 : bytes.indexOf(0, space);
    if (end < 0 || end + 1 + hashBytes > bytes.length) throw new GitProblem('broken', 'a tree is damaged');
    entries.push({
      mode: bytes.toString('latin1', at, space).replace(/^0+/, ''),
      name: bytes.toString('utf8', space + 1, end).replaceAll('/', '?') || '?',
      id: bytes.toString('hex', end + 1, end + 1 + hashBytes),
    });
    at = end + 1 + hashBytes;
  }
  return entries;
}
