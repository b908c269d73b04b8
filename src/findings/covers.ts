import type { CoveredScope } from '../model/coverage.ts';
import type { Location } from '../model/location.ts';

/** Whether what was examined includes this place. */
export function covers(scope: CoveredScope, at: Location): boolean {
  switch (scope.kind) {
    case 'everything':
      return true;
    case 'history':
      return at.kind === 'file' && at.commit !== undefined;
    case 'origin':
      return (
        (at.kind === 'http' &&
          originOf(at.url) === originOf(scope.url) &&
          (scope.paths?.includes(pathOf(at.url)) ?? true)) ||
        (at.kind === 'host' && scope.paths === undefined && hostOf(scope.url) === at.name)
      );
    case 'packages':
      return at.kind === 'package' && isWithin(at.manifest, scope.path);
    case 'resources':
      return at.kind === 'resource' && isWithin(at.file, scope.path);
    case 'file':
      return isWorkingFile(at) && at.path === scope.path;
    case 'tree':
      return (
        isWorkingFile(at) &&
        isBelow(at.path, scope.path) &&
        !scope.except.some((path) => isBelow(at.path, path))
      );
  }
}

function isWorkingFile(at: Location): at is Extract<Location, { kind: 'file' }> {
  return at.kind === 'file' && at.commit === undefined;
}

/** A thing that stands in no file is only part of all of them. */
function isWithin(file: string | undefined, folder: string): boolean {
  return folder === '' || (file !== undefined && isBelow(file, folder));
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function pathOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}
