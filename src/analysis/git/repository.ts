import { type GitFiles, insideRoot, joined, textOf } from './git-files.ts';
import { createObjectStore, type ObjectStore } from './object-store.ts';

/**
 * A git repository that is only read, by its files (gitrepository-layout(5)): no git program is started and no hook, filter or
 * configured command can run. Nothing outside the root of `files` is read, so what an alternate or a worktree keeps elsewhere
 * is named as missing.
 */
export interface GitRepository {
  /** Folder with HEAD, relative to the root; of a worktree its own one. */
  gitFolder: string;
  /** Folder with objects and references. */
  commonFolder: string;
  objects: ObjectStore;
  /** What cannot be read, for example because it lies outside the root. */
  gaps: readonly string[];
}

/** `undefined`: there is no repository. A text: there is one, and why it cannot be read. */
export function openRepository(files: GitFiles): GitRepository | string | undefined {
  const gitFolder = findGitFolder(files);
  if (gitFolder === undefined || gitFolder.startsWith('!')) return gitFolder?.slice(1);
  const common = textOf(files, joined(gitFolder, 'commondir'))?.trim();
  const commonFolder = common === undefined ? gitFolder : insideRoot(gitFolder, common, files.root);
  if (commonFolder === undefined || !isGitFolder(files, commonFolder, common !== undefined)) {
    return 'the folder with the objects of this worktree lies outside the target';
  }
  const { folders, gaps } = objectFolders(files, joined(commonFolder, 'objects'));
  const config = textOf(files, joined(commonFolder, 'config')) ?? '';
  const hashBytes = /^[ \t]*objectformat[ \t]*=[ \t]*sha256[ \t\r]*$/im.test(config) ? 32 : 20;
  if (
    /^[ \t]*refstorage[ \t]*=[ \t]*(?!files[ \t\r]*$)/im.test(config) ||
    files.list(joined(commonFolder, 'reftable')).length > 0
  )
    gaps.push('its references are kept in a reftable, which is not read');
  return { gitFolder, commonFolder, objects: createObjectStore(files, { folders, hashBytes }), gaps };
}

/** Also a bare repository, and the file `.git` of a worktree or submodule; `!` and a reason when that leads out. */
function findGitFolder(files: GitFiles): string | undefined {
  if (isGitFolder(files, '.git', false)) return '.git';
  if (isGitFolder(files, '', false)) return '';
  const pointer = /^gitdir:\s*(.+)$/m.exec(textOf(files, '.git') ?? '')?.[1]?.trim();
  if (pointer === undefined) return undefined;
  const folder = insideRoot('', pointer, files.root);
  if (folder === undefined || !files.stat(joined(folder, 'HEAD')))
    return '!its .git file leads outside the target';
  return folder;
}

function isGitFolder(files: GitFiles, folder: string, common: boolean): boolean {
  const names = files.list(folder);
  return (
    names.includes('objects') &&
    (common || names.includes('HEAD')) &&
    files.list(joined(folder, 'objects')).length >= 0
  );
}

const MAX_ALTERNATES = 16;

function objectFolders(files: GitFiles, first: string): { folders: string[]; gaps: string[] } {
  const folders = [first];
  const gaps: string[] = [];
  for (let at = 0; at < folders.length; at++) {
    const folder = folders[at] as string;
    for (const line of (textOf(files, `${folder}/info/alternates`) ?? '').split('\n')) {
      const path = line.trim();
      if (path === '' || path.startsWith('#')) continue;
      const inside = insideRoot(folder, path, files.root);
      if (inside === undefined) gaps.push(`the alternate object folder ${path} lies outside the target`);
      else if (!folders.includes(inside) && folders.length < MAX_ALTERNATES) folders.push(inside);
    }
  }
  return { folders, gaps };
}
