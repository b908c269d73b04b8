import type { Location } from '../../api/types.ts';

/** A location in two parts: what tells most, and what may be cut when there is no room. */
export interface PlaceText {
  main: string;
  detail: string;
  /** The detail may be cut, too: it is no line. */
  soft?: boolean;
}

export function placeOf(at: Location): PlaceText {
  switch (at.kind) {
    case 'file': {
      const commit = at.commit ? ` @${at.commit.slice(0, 10)}` : '';
      return { main: at.path + (at.inside ? `!${at.inside}` : ''), detail: line(at.region) + commit };
    }
    case 'package':
      return { main: packageOf(at.purl), detail: at.manifest ? ` ${at.manifest}` : '', soft: true };
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

/** `lodash 4.17.20` of `pkg:npm/lodash@4.17.20`: what people call it. What is no package URL stays as it is. */
export function packageOf(purl: string): string {
  const match = /^pkg:[a-z][a-z0-9.+-]*\/([^?#@]+)(?:@([^?#]+))?/i.exec(purl);
  if (!match?.[1]) return purl;
  return [match[1], match[2] ?? ''].map(decoded).join(' ').trim();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The part that may be cut, and the name at the end that tells most. */
export function cutAtName(text: string): [start: string, name: string] {
  const at = text.lastIndexOf('/', text.length - 2) + 1;
  return [text.slice(0, at), text.slice(at)];
}

function line(region: { startLine: number } | undefined): string {
  return region ? `:${region.startLine}` : '';
}

/** Lines that the finding is about, for highlighting in an excerpt. */
export function hitLines(at: Location): { first: number; last: number } | undefined {
  const region = 'region' in at ? at.region : undefined;
  return region ? { first: region.startLine, last: region.endLine ?? region.startLine } : undefined;
}
