import { describeLocation, type Location, type Region } from '../model/location.ts';

/** A place as SARIF has it: a file below the scanned root, an address, or a name. */
export function sarifLocations(at: Location, regionOf: (region: Region) => object): object[] {
  const file = fileOf(at);
  const logical = logicalOf(at);
  const named = logical === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: logical }] };
  if (file !== undefined) {
    return [
      {
        physicalLocation: {
          artifactLocation: { uri: relativeUri(file.path), uriBaseId: 'SCANROOT' },
          ...(file.region ? { region: regionOf(file.region) } : {}),
          ...(file.offset === undefined ? {} : { region: { byteOffset: file.offset } }),
        },
        ...named,
      },
    ];
  }
  if (at.kind === 'http') return [{ physicalLocation: { artifactLocation: { uri: at.url } }, ...named }];
  return [named];
}

function fileOf(
  at: Location,
): { path: string; region?: Region | undefined; offset?: number | undefined } | undefined {
  switch (at.kind) {
    case 'file':
      return { path: at.path, region: at.region };
    case 'binary':
      return { path: at.path, offset: at.offset };
    case 'package':
      return at.manifest === undefined ? undefined : { path: at.manifest };
    case 'resource':
    case 'contract':
      return at.file === undefined ? undefined : { path: at.file, region: at.region };
    default:
      return undefined;
  }
}

function logicalOf(at: Location): string | undefined {
  switch (at.kind) {
    case 'file':
      return at.inside;
    case 'binary':
      return undefined;
    case 'http':
      return at.param === undefined ? undefined : `${at.method ?? 'GET'} ${at.param}`;
    case 'package':
      return at.purl;
    case 'resource':
      return at.address;
    case 'contract':
      return at.function ?? at.address ?? describeLocation(at);
    default:
      return describeLocation(at);
  }
}

/** RFC 3986: each part is encoded, so that a name with a colon, a space or a per cent sign stays one path. */
export function relativeUri(path: string): string {
  return path.split('/').map(encodePart).join('/');
}

function encodePart(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
