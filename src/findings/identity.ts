import { hash as digestOf } from 'node:crypto';
import type { Location } from '../model/location.ts';

export const FINGERPRINT_VERSION = 1;

export interface IdentityInput {
  project: string;
  asset: string;
  task: string;
  rule: string;
  at: Location;
  key: readonly string[];
}

export interface Fingerprints {
  /** Same rule, place, line and key: nothing has changed. */
  exact: Uint8Array;
  /** Same rule, place and key: the lines may have moved. */
  moved: Uint8Array;
  /** Same rule and key anywhere in the asset: the file may have been renamed. Only for files. */
  renamed: Uint8Array | null;
}

/**
 * The first 16 bytes of HMAC-SHA256 over a JSON array, keyed by the instance: a fingerprint cannot be used to guess the secret
 * that went into it.
 */
export function fingerprintsOf(key: Buffer, input: IdentityInput): Fingerprints {
  const { project, asset, task, rule, at } = input;
  const place = placeOf(at);
  const line = lineOf(at);
  const hash = (kind: string, ...parts: unknown[]) =>
    hmac(
      key,
      JSON.stringify([kind, FINGERPRINT_VERSION, project, asset, task, rule, ...parts, input.key]),
    ).slice(0, 16);
  return {
    exact: hash('exact', place, line),
    moved: hash('moved', place),
    renamed: at.kind === 'file' && at.commit === undefined ? hash('renamed') : null,
  };
}

const BLOCK_BYTES = 64;
const pads = new WeakMap<Buffer, { inner: Uint8Array; outer: Uint8Array }>();

/**
 * HMAC-SHA256 (RFC 2104) by two hashes in one call each: the stream of `createHmac` takes three times as long, and a finding has
 * three fingerprints. `key` is not longer than a block.
 */
function hmac(key: Buffer, text: string): Uint8Array {
  let pad = pads.get(key);
  if (!pad) {
    if (key.length > BLOCK_BYTES) throw new Error('The key of the fingerprints is too long.');
    const padded = (byte: number) =>
      Uint8Array.from({ length: BLOCK_BYTES }, (_, at) => (key[at] ?? 0) ^ byte);
    pad = { inner: padded(0x36), outer: padded(0x5c) };
    pads.set(key, pad);
  }
  const inner = digestOf('sha256', Buffer.concat([pad.inner, Buffer.from(text)]), 'buffer');
  return digestOf('sha256', Buffer.concat([pad.outer, inner]), 'buffer');
}

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

function lineOf(at: Location): number {
  if ('region' in at && at.region) return at.region.startLine;
  return 'offset' in at ? (at.offset ?? 0) : 0;
}
