import { anyPath } from '../../../analysis/glob.ts';
import type { Params } from './params.ts';

/** Why a folder or file is left out. */
export type LeftOut = 'excluded' | 'dependencies' | 'git';

export interface TreeFilter {
  folder(path: string): LeftOut | undefined;
  file(path: string): LeftOut | undefined;
}

/** Folders that a package manager fills, by their name. */
const DEPENDENCY_FOLDERS = new Set([
  'node_modules',
  'bower_components',
  'jspm_packages',
  'site-packages',
  'dist-packages',
  '__pypackages__',
  '.yarn/cache',
  'vendor/bundle',
  'Pods',
  'Carthage',
  '.pnpm-store',
  '.m2/repository',
  '.gradle/caches',
  '.cargo/registry',
  'go/pkg/mod',
  'elm-stuff',
  'deps/_build',
]);

/** `root` is the real path of the target: inside a dependency folder that was named on purpose nothing is left out. */
export function treeFilter(
  params: Pick<Params, 'exclude' | 'include' | 'vendored'>,
  root: string,
): TreeFilter {
  const excluded = anyPath(params.exclude);
  const included = params.include.length === 0 ? () => true : anyPath(params.include);
  const vendored = params.vendored || root.split('/').some((part) => DEPENDENCY_FOLDERS.has(part));

  return {
    folder(path) {
      if (isGitInside(path)) return 'git';
      if (excluded(path)) return 'excluded';
      return !vendored && isDependencyFolder(path) ? 'dependencies' : undefined;
    },
    file(path) {
      return excluded(path) || !included(path) ? 'excluded' : undefined;
    },
  };
}

function isDependencyFolder(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) as string;
  return (
    DEPENDENCY_FOLDERS.has(name) ||
    DEPENDENCY_FOLDERS.has(parts.slice(-2).join('/')) ||
    DEPENDENCY_FOLDERS.has(parts.slice(-3).join('/'))
  );
}

/** Objects, references and logs of git are read as history, not as files; the configuration and hooks are files. */
function isGitInside(path: string): boolean {
  return /(?:^|\/)\.git\/(?!hooks$)[^/]+$/.test(path) || /(?:^|\/)\.git\/modules\//.test(path);
}
