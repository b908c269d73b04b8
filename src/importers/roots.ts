import type { CoveredScope } from '../model/coverage.ts';
import type { Location } from '../model/location.ts';
import type { ImportedFinding } from './importer.ts';
import { absolutePath, isAbsolute } from './paths.ts';

/**
 * Where CI systems and the images of scanners keep the checkout: the same file has the same path whoever looked at it.
 */
const CHECKOUTS =
  /^(?:\/home\/runner\/work\/[^/]+\/[^/]+|\/__w\/[^/]+\/[^/]+|\/a\/([^/]+)\/\1|\/github\/workspace|\/home\/vsts\/work\/\d+\/s|\/builds\/[^/]+\/[^/]+|\/workspace|\/src|\/app|\/code|\/path|\/drone\/src|\/home\/circleci\/project|\/codebuild\/output\/src\d+\/src|\/var\/(?:jenkins_home|lib\/jenkins)\/workspace\/[^/]+|\/home\/jenkins\/agent\/workspace\/[^/]+|\/bitbucket\/pipelines\/agent\/build|\/usr\/src(?:\/app)?|\/zap\/wrk|\/tf)(?=\/[^/])/;

const MAX_ROOTS = 5;
const MAX_SHOWN = 300;

/** Makes paths of a report relative, and remembers to what. */
export type Roots = ReturnType<typeof createRoots>;

/**
 * A path that is relative in the report stays. An absolute one is cut at the folder that the user named, and at no other; else at
 * the folder of a CI system; else at one that the report says. What none of these holds is taken from the root of its file
 * system, and is told: the same file in another folder is another one then.
 */
export function createRoots(given?: string) {
  const named = given === undefined ? undefined : absolutePath(given);
  const saidRoots = new Map<string, string>();
  const used = new Map<string, string>();
  let lost = 0;
  let example = '';

  function use(root: string, why: string): void {
    if (used.size < MAX_ROOTS && !used.has(root)) used.set(root, why);
  }

  function relative(path: string): string {
    if (!isAbsolute(path)) return path;
    const plain = absolutePath(path);
    const root = rootOf(plain);
    if (root) use(root.folder, root.why);
    return root ? below(plain, root.folder) : without(plain);
  }

  /** What holds a path, if that is known. */
  function rootOf(plain: string): { folder: string; why: string } | undefined {
    if (named !== undefined)
      return isBelow(plain, named) ? { folder: named, why: 'as the import names it' } : undefined;
    const [checkout] = CHECKOUTS.exec(plain) ?? [];
    if (checkout !== undefined) return { folder: checkout, why: 'where build systems keep a checkout' };
    for (const [folder, why] of saidRoots) if (isBelow(plain, folder)) return { folder, why };
    return undefined;
  }

  function without(plain: string): string {
    if (lost === 0) example = plain;
    lost += 1;
    return plain.slice(1);
  }

  return {
    relative,
    /** Of a place that was looked at, which says nothing about findings: nothing of it is told. */
    covered(path: string): string {
      if (!isAbsolute(path)) return path;
      // A folder may be the root itself, which is the empty path.
      const plain = `${absolutePath(path)}/x`;
      const root = rootOf(plain);
      return (root ? below(plain, root.folder) : plain.slice(1)).replace(/(?:^|\/)x$/, '');
    },
    /** Whether an absolute path is below a root that does not depend on the report. */
    knows(path: string): boolean {
      const plain = absolutePath(path);
      return named === undefined ? CHECKOUTS.test(plain) : isBelow(plain, named);
    },
    /** The user has named one: what the report says of roots does not count. */
    named: named !== undefined,
    /** The report says that its paths are below this folder; `why` is how it says so. */
    said(root: string, why: string): void {
      if (isAbsolute(root) && saidRoots.size < MAX_ROOTS) saidRoots.set(absolutePath(root), why);
    },
    /** Whoever cut a path by what only the report knows tells it here. */
    use,
    notes(): string[] {
      const notes = [...used].map(([root, why]) => `Paths are relative to ${shown(root)}, ${why}.`);
      if (named !== undefined && used.size === 0)
        notes.push(`No path in the report is below ${shown(named)}, the root that the import names.`);
      if (lost > 0 && named === undefined)
        notes.push(
          `${lost === 1 ? 'A path is' : `${lost} paths are`} absolute and below no known root (${shown(example)}): name their folder ` +
            'with --root, so that they are the same in other reports.',
        );
      return notes;
    },
  };
}

/** The finding with all its places below the root. */
export function rerooted(finding: ImportedFinding, roots: Roots): ImportedFinding {
  const { at, related, flow } = finding;
  return {
    ...finding,
    at: locationBelow(at, roots),
    ...(related ? { related: related.map((one) => locationBelow(one, roots)) } : {}),
    ...(flow ? { flow: flow.map((step) => ({ ...step, at: locationBelow(step.at, roots) })) } : {}),
  };
}

export function scopeBelow(scope: CoveredScope, roots: Roots): CoveredScope {
  switch (scope.kind) {
    case 'file':
    case 'packages':
    case 'resources':
      return { ...scope, path: roots.covered(scope.path) };
    case 'tree':
      return {
        ...scope,
        path: roots.covered(scope.path),
        except: scope.except.map((path) => roots.covered(path)),
      };
    default:
      return scope;
  }
}

function locationBelow(at: Location, roots: Roots): Location {
  if (at.kind === 'file' || at.kind === 'binary') return { ...at, path: roots.relative(at.path) };
  if (at.kind === 'package')
    return at.manifest === undefined ? at : { ...at, manifest: roots.relative(at.manifest) };
  if ((at.kind !== 'resource' && at.kind !== 'contract') || at.file === undefined) return at;
  const file = roots.relative(at.file);
  // What has no name of its own is called by its file.
  return { ...at, file, ...(at.address === at.file ? { address: file } : {}) };
}

/** The root itself is no path below it. */
function isBelow(path: string, root: string): boolean {
  return root === '/' || path.startsWith(`${root}/`);
}

function below(path: string, root: string): string {
  return path.slice(root === '/' ? 1 : root.length + 1);
}

function shown(path: string): string {
  return path.length > MAX_SHOWN ? `${path.slice(0, MAX_SHOWN)}…` : path;
}
