import type { Location, Region } from '../../model/location.ts';
import { decoded, plainPath } from '../paths.ts';
import type { RunInfo } from './run-info.ts';
import type { ArtifactLocation, LogicalLocation, PhysicalLocation, SarifLocation } from './schema.ts';

export type Places = ReturnType<typeof createPlaces>;

const MAX_BASES = 20;
const ABSOLUTE = /^(?:file:|[/\\]|[A-Za-z]:[/\\])/i;
const OTHER_SCHEME = /^(?!file:)[a-z][a-z0-9+.-]+:/i;

/** Turns what a run says about places into ours: paths from the root of what was scanned. */
export function createPlaces(run: RunInfo) {
  const roots = rootsOf(run);

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
    if (ABSOLUTE.test(uri)) {
      for (const root of roots) {
        const path = plainPath(uri, root);
        if (path !== plainPath(uri)) return path;
      }
      return plainPath(uri);
    }
    return plainPath(`${prefixOf(baseId)}${decoded(uri)}`);
  }

  /** The folder that a base id stands for, below the root; a base with an address of its own is the root. */
  function prefixOf(baseId: string | undefined): string {
    let prefix = '';
    let id = baseId;
    for (let depth = 0; id !== undefined && depth < MAX_BASES; depth += 1) {
      const base: ArtifactLocation | undefined = Object.hasOwn(run.baseIds, id) ? run.baseIds[id] : undefined;
      if (base?.uri === undefined || ABSOLUTE.test(base.uri) || OTHER_SCHEME.test(base.uri)) break;
      prefix = `${asFolder(decoded(base.uri))}${prefix}`;
      id = base.uriBaseId;
    }
    return prefix;
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

/** Absolute folders that paths of this run are below, the longest first. */
function rootsOf(run: RunInfo): string[] {
  const uris = [run.workingDirectory?.uri, ...Object.values(run.baseIds).map((base) => base.uri)];
  return uris
    .filter((uri): uri is string => uri !== undefined && ABSOLUTE.test(uri))
    .map((uri) => uri.replace(/^file:\/\/(?:localhost)?(?=\/)/i, '').replace(/^file:(?=\/)/i, ''))
    .map(decoded)
    .filter((uri) => uri.replace(/\/+$/, '') !== '')
    .sort((a, b) => b.length - a.length);
}

function asFolder(uri: string): string {
  let end = uri.length;
  while (uri[end - 1] === '/') end -= 1;
  return `${uri.slice(0, end)}/`;
}
