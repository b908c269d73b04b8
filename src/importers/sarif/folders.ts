import { absolutePath, decoded, isAbsolute } from '../paths.ts';
import type { RunInfo } from './run-info.ts';
import type { ArtifactLocation } from './schema.ts';

/** An absolute folder of the machine that scanned, and how the report names it. */
export interface Folder {
  folder: string;
  why: string;
}

export const OTHER_SCHEME = /^(?!file:)[a-z][a-z0-9+.-]+:/i;
export const BASES = 'as originalUriBaseIds of the report says';
const MAPPED = 'as versionControlProvenance of the report says';
const WORKING = 'the working directory in the report';
const MAX_BASES = 20;
/** What tools call the folder of the whole source; a base with another name may be a part of it. */
const SOURCE_ROOT = /^%?(?:SRC|SOURCE|REPO|REPOSITORY|PROJECT|CHECKOUT)_?ROOT%?$/i;

/**
 * The folder of the checkout, as far as the report is sure of it: where its version control is mapped to, else the base that is named
 * so, else its only base. Undefined when it has several bases of which none is called the source.
 */
export function rootOf(run: RunInfo): Folder | undefined {
  const mapped = run.mappedTo.flatMap((location) => absoluteOf(run.baseIds, location) ?? []);
  // A submodule is mapped below the repository that it is part of.
  const [outermost] = mapped.sort((a, b) => a.length - b.length);
  if (outermost !== undefined) return { folder: outermost, why: MAPPED };
  const bases = basesOf(run);
  const named = bases.find(({ id }) => SOURCE_ROOT.test(id));
  const only = bases.every(({ folder }) => folder === bases[0]?.folder) ? bases[0] : undefined;
  const root = named ?? only;
  return root && { folder: root.folder, why: BASES };
}

/** Every absolute folder that paths of this run may be below, the longest first. */
export function foldersOf(run: RunInfo): Folder[] {
  const working = run.workingDirectory && absoluteOf(run.baseIds, run.workingDirectory);
  return [
    ...basesOf(run).map(({ folder }) => ({ folder, why: BASES })),
    ...(working === undefined ? [] : [{ folder: working, why: WORKING }]),
  ].sort((a, b) => b.folder.length - a.folder.length);
}

/** What a base id stands for: a folder of the machine, when it ends in one, and what comes below that. */
export function baseOf(
  bases: RunInfo['baseIds'],
  baseId: string | undefined,
): { prefix: string; folder: string | undefined } {
  let prefix = '';
  let id = baseId;
  for (let depth = 0; id !== undefined && depth < MAX_BASES; depth += 1) {
    const base: ArtifactLocation | undefined = Object.hasOwn(bases, id) ? bases[id] : undefined;
    if (base?.uri === undefined || OTHER_SCHEME.test(base.uri)) break;
    if (isAbsolute(base.uri)) return { prefix, folder: folderOf(base.uri) };
    prefix = `${asFolder(decoded(base.uri))}${prefix}`;
    id = base.uriBaseId;
  }
  return { prefix, folder: undefined };
}

function basesOf(run: RunInfo): { id: string; folder: string }[] {
  return Object.entries(run.baseIds).flatMap(([id, { uri }]) => {
    const folder = uri !== undefined && isAbsolute(uri) ? folderOf(uri) : undefined;
    return folder === undefined ? [] : [{ id, folder }];
  });
}

function absoluteOf(bases: RunInfo['baseIds'], { uri, uriBaseId }: ArtifactLocation): string | undefined {
  if (uri !== undefined && isAbsolute(uri)) return folderOf(uri);
  const { prefix, folder } = baseOf(bases, uriBaseId);
  return folder === undefined ? undefined : folderOf(`${folder}/${prefix}${decoded(uri ?? '')}`);
}

/** The root of a file system is no folder that tells anything. */
function folderOf(uri: string): string | undefined {
  const folder = absolutePath(uri);
  return folder === '/' ? undefined : folder;
}

function asFolder(uri: string): string {
  let end = uri.length;
  while (uri[end - 1] === '/') end -= 1;
  return `${uri.slice(0, end)}/`;
}
