import type { Location } from '../../api/types.ts';

/** A location in two parts: what tells most, and what may be cut when there is no room. */
export interface PlaceText {
  main: string;
  detail: string;
}

export function placeOf(at: Location): PlaceText {
  switch (at.kind) {
    case 'file': {
      const commit = at.commit ? ` @${at.commit.slice(0, 10)}` : '';
      return { main: at.path + (at.inside ? `!${at.inside}` : ''), detail: line(at.region) + commit };
    }
    case 'package':
      return { main: at.purl, detail: at.manifest ? ` ${at.manifest}` : '' };
    case 'http':
      return {
        main: at.url,
        detail: [at.method !== 'GET' ? at.method : '', at.param]
          .filter(Boolean)
          .map((part) => ` ${part}`)
          .join(''),
      };
    case 'resource':
      return { main: at.address, detail: at.file ? ` ${at.file}${line(at.region)}` : '' };
    case 'contract':
      return {
        main: at.file ?? at.address ?? '',
        detail: line(at.region) + (at.function ? ` ${at.function}` : ''),
      };
    case 'host':
      return {
        main: at.name,
        detail: (at.port ? `:${at.port}` : '') + (at.protocol ? `/${at.protocol}` : ''),
      };
    case 'log':
      return { main: at.source, detail: at.offset === undefined ? '' : `+${at.offset}` };
    case 'binary':
      return { main: at.path, detail: at.offset === undefined ? '' : `+0x${at.offset.toString(16)}` };
  }
}

function line(region: { startLine: number } | undefined): string {
  return region ? `:${region.startLine}` : '';
}

/** Lines that the finding is about, for highlighting in an excerpt. */
export function hitLines(at: Location): { first: number; last: number } | undefined {
  const region = 'region' in at ? at.region : undefined;
  return region ? { first: region.startLine, last: region.endLine ?? region.startLine } : undefined;
}
