import type { Location, Region } from '../../model/location.ts';
import { isAbsolute, plainPath } from '../paths.ts';

/** A path in a report, absolute when it is: the import cuts its root. What has no name is `unknown`. */
export function sourcePath(given: string): string {
  const path = plainPath(given);
  if (path === '') return 'unknown';
  return isAbsolute(given) ? `/${path}` : path;
}

/** Lines and columns as tools give them: 0, null and -1 mean 'not known'. */
export function regionOf(
  startLine?: number | null,
  startColumn?: number | null,
  endLine?: number | null,
  endColumn?: number | null,
): Region | undefined {
  const start = counted(startLine);
  if (start === undefined) return undefined;
  const end = counted(endLine);
  const from = counted(startColumn);
  const to = counted(endColumn);
  return {
    startLine: start,
    ...(from === undefined ? {} : { startColumn: from }),
    ...(end === undefined || end < start ? {} : { endLine: end }),
    ...(to === undefined ? {} : { endColumn: to }),
  };
}

export function fileAt(path: string, region?: Region): Extract<Location, { kind: 'file' }> {
  return { kind: 'file', path: sourcePath(path), ...(region ? { region } : {}) };
}

/** `https://example.org:8443/a` as host and port; undefined when it is no address. */
export function hostOf(address: string): { name: string; port?: number } | undefined {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `tcp://${address}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.hostname === '') return undefined;
  const port = Number(url.port) || { 'https:': 443, 'http:': 80 }[url.protocol];
  return { name: url.hostname.replace(/^\[|\]$/g, ''), ...(port ? { port } : {}) };
}

function counted(value: number | null | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}
