import { type GitFiles, joined, textOf } from './git-files.ts';
import type { GitRepository } from './repository.ts';

const PSEUDO = ['HEAD', 'ORIG_HEAD', 'MERGE_HEAD', 'CHERRY_PICK_HEAD', 'FETCH_HEAD'];
export const MAX_REFERENCES = 200_000;
const MAX_DEPTH = 32;
const MAX_PACKED_BYTES = 64 * 1024 * 1024;
const ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?/;

/** Ids that references point to: branches, tags, remotes, notes, every stash, and the pseudo references. */
export function referencedIds(files: GitFiles, { gitFolder, commonFolder }: GitRepository): string[] {
  const ids = new Set<string>();
  const add = (text: string | undefined) => {
    for (const line of (text ?? '').split('\n')) {
      const id = ID.exec(line.trim())?.[0];
      if (id && ids.size < MAX_REFERENCES) ids.add(id);
    }
  };
  for (const name of PSEUDO) add(textOf(files, joined(gitFolder, name)));
  add(textOf(files, joined(commonFolder, 'packed-refs'), MAX_PACKED_BYTES)?.replace(/^\^/gm, ''));
  for (const folder of new Set([commonFolder, gitFolder])) {
    for (const path of filesBelow(files, joined(folder, 'refs'), 0)) add(textOf(files, path, 4_096));
  }
  for (const name of files.list(joined(commonFolder, 'worktrees')).slice(0, 1_000)) {
    add(textOf(files, joined(commonFolder, `worktrees/${name}/HEAD`)));
  }
  add(stashes(textOf(files, joined(commonFolder, 'logs/refs/stash'), MAX_PACKED_BYTES)));
  return [...ids];
}

/** The older stashes stand only in the log: `<old> <new> <who> …`. */
function stashes(log: string | undefined): string | undefined {
  return log
    ?.split('\n')
    .map((line) => line.split(' ', 2)[1] ?? '')
    .join('\n');
}

function* filesBelow(files: GitFiles, folder: string, depth: number): Generator<string> {
  if (depth > MAX_DEPTH) return;
  for (const name of files.list(folder)) {
    const path = `${folder}/${name}`;
    if (files.stat(path)) yield path;
    else yield* filesBelow(files, path, depth + 1);
  }
}

/** Commits at which a shallow clone was cut: their parents are not here, and that is no damage. */
export function shallowCommits(files: GitFiles, { commonFolder }: GitRepository): Set<string> {
  const text = textOf(files, joined(commonFolder, 'shallow'), MAX_PACKED_BYTES) ?? '';
  const lines = text.split('\n').map((line) => line.trim());
  return new Set(lines.filter((line) => line !== ''));
}
