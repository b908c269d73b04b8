import type { Location, Region } from '../../model/location.ts';
import { absolutePath, decoded, isAbsolute, plainPath } from '../paths.ts';
import type { Roots } from '../roots.ts';
import { BASES, baseOf, type Folder, foldersOf, OTHER_SCHEME, rootOf } from './folders.ts';
import type { RunInfo } from './run-info.ts';
import type { ArtifactLocation, LogicalLocation, PhysicalLocation, SarifLocation } from './schema.ts';

export type Places = ReturnType<typeof createPlaces>;

/** Turns what a run says about places into ours: paths from the root of what was scanned. */
export function createPlaces(run: RunInfo, roots: Roots, odd: (text: string) => void = () => undefined) {
  const folders = foldersOf(run);
  const root = rootOf(run);

  /** Undefined when it names nothing. */
  function locate(location: SarifLocation | undefined, method?: string): Location | undefined {
    if (!location) return undefined;
    const physical = location.physicalLocation && ofPhysical(location.physicalLocation, method);
    return physical ?? ofLogical(location.logicalLocations);
  }

  function ofPhysical(physical: PhysicalLocation, method: string | undefined): Location | undefined {
    const region = regionOf(physical.region);
    const artifact = physical.artifactLocation;
    const uri = uriOf(artifact);
    if (uri === undefined) return undefined;
    if (/^https?:\/\//i.test(uri))
      return { kind: 'http', url: uri, ...(method ? { method: method.toUpperCase() } : {}) };
    if (/^pkg:[a-z]/i.test(uri)) return { kind: 'package', purl: uri };
    const path = pathOf(uri, artifact?.uriBaseId);
    if (path === '') return undefined;
    const nested = insideOf(artifact?.index, path) ?? splitArchive(path);
    return { kind: 'file', ...nested, ...(region ? { region } : {}) };
  }

  function uriOf(artifact: ArtifactLocation | undefined): string | undefined {
    if (artifact?.uri !== undefined && artifact.uri !== '') return artifact.uri;
    return artifact?.index === undefined ? undefined : run.artifacts[artifact.index]?.location?.uri;
  }

  function pathOf(uri: string, baseId: string | undefined): string {
    if (OTHER_SCHEME.test(uri) && !/^[A-Za-z]:[/\\]/.test(uri)) return decoded(uri);
    if (isAbsolute(uri)) return belowFolder(absolutePath(uri)) ?? roots.relative(absolutePath(uri));
    const { prefix, folder } = baseOf(run.baseIds, baseId);
    const given = `${prefix}${decoded(uri)}`;
    const path = plainPath(given);
    if (folder === undefined && leadsOut(given))
      odd(
        `The path '${given.slice(0, 100)}' leads out of what was scanned: '${path.slice(0, 100)}' is taken.`,
      );
    if (folder === undefined) return path;
    const absolute = absolutePath(`${folder}/${path}`);
    if (roots.named) {
      const below = roots.relative(absolute);
      // A base outside of the folder that the user named is a root of its own.
      return below === absolute.slice(1) ? path : below;
    }
    return (root && cut(absolute, root)) ?? cut(absolute, { folder, why: BASES }) ?? path;
  }

  /** By the root of the run, else by any folder that it names; undefined when the user has named one. */
  function belowFolder(path: string): string | undefined {
    if (roots.named) return undefined;
    for (const one of root ? [root, ...folders] : folders) {
      const below = cut(path, one);
      if (below !== undefined) return below;
    }
    return undefined;
  }

  function cut(path: string, { folder, why }: Folder): string | undefined {
    if (!path.startsWith(`${folder}/`)) return undefined;
    roots.use(folder, why);
    return path.slice(folder.length + 1);
  }

  /** Members of archives name the artifact that they stand in. */
  function insideOf(index: number | undefined, path: string): { path: string; inside: string } | undefined {
    const parent = index === undefined ? undefined : run.artifacts[index]?.parent;
    if (parent === undefined) return undefined;
    const outer = run.artifacts[parent]?.location;
    const uri = uriOf(outer);
    if (uri === undefined) return undefined;
    const outerPath = pathOf(uri, outer?.uriBaseId);
    return outerPath === '' ? undefined : { path: outerPath, inside: path };
  }

  function ofLogical(list: readonly LogicalLocation[] | undefined): Location | undefined {
    const [first] = list ?? [];
    const named = first?.index === undefined ? first : { ...run.logical[first.index], ...first };
    const address = named?.fullyQualifiedName ?? named?.name;
    if (address === undefined || address === '') return undefined;
    return /^pkg:[a-z]/i.test(address) ? { kind: 'package', purl: address } : { kind: 'resource', address };
  }

  return { locate, pathOf, uriOf };
}

/** More steps up than there are folders before them. */
function leadsOut(given: string): boolean {
  let depth = 0;
  for (const part of given.split(/[/\\]/)) {
    if (part === '' || part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

function splitArchive(path: string): { path: string; inside?: string } {
  const at = path.indexOf('!/');
  return at > 0 ? { path: path.slice(0, at), inside: path.slice(at + 2) } : { path };
}

export function regionOf(region: PhysicalLocation['region']): Region | undefined {
  if (region?.startLine === undefined) return undefined;
  const { startLine, startColumn, endLine, endColumn } = region;
  return {
    startLine,
    ...(startColumn === undefined ? {} : { startColumn }),
    ...(endLine === undefined || endLine < startLine ? {} : { endLine }),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
}
