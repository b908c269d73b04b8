import type { Location } from '../model/location.ts';

/** The main part of a location: what stays when lines move. */
export function placeOf(at: Location): string {
  switch (at.kind) {
    case 'file':
      return `${at.path}${at.inside === undefined ? '' : `!${at.inside}`}${at.commit === undefined ? '' : '@history'}`;
    case 'package':
      return `${at.purl} ${at.manifest ?? ''}`;
    case 'http':
      return `${at.method ?? 'GET'} ${at.url} ${at.param ?? ''}`;
    case 'resource':
      return `${at.file ?? ''} ${at.address}`;
    case 'contract':
      return `${at.file ?? at.address ?? ''} ${at.function ?? ''}`;
    case 'host':
      return `${at.name}:${at.port ?? ''}/${at.protocol ?? ''}`;
    case 'log':
      return at.source;
    case 'binary':
      return at.path;
  }
}

export function lineOf(at: Location): number {
  if ('region' in at && at.region) return at.region.startLine;
  return 'offset' in at ? (at.offset ?? 0) : 0;
}

/** The place without what changes from scan to scan while the finding stays: the version of a package. */
export function steadyPlace(at: Location): string {
  return at.kind === 'package' ? `${withoutVersion(at.purl)} ${at.manifest ?? ''}` : placeOf(at);
}

/** What tells findings of one rule at one place apart: the line, or the version. */
export function spotOf(at: Location): string | number {
  return at.kind === 'package' ? at.purl : lineOf(at);
}

/** `pkg:npm/a@1.2?arch=x#sub` without version: one package through its upgrades. Qualifiers stay: they are another package. */
export function withoutVersion(purl: string): string {
  const end = purl.search(/[?#]/);
  const [main, rest] = end < 0 ? [purl, ''] : [purl.slice(0, end), purl.slice(end)];
  const at = main.lastIndexOf('@');
  // A namespace may begin with `@` where it was not encoded.
  return at > main.lastIndexOf('/') + 1 ? main.slice(0, at) + rest : purl;
}
