import { SentinelError } from '../lib/errors.ts';

const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,100}$/;
const UNKNOWN = 'application/octet-stream';

/** What a file of these types begins with. */
const BEGINNINGS: Record<string, (head: Buffer) => boolean> = {
  'application/zip': isZip,
  'application/x-zip-compressed': isZip,
  'application/java-archive': isZip,
  'application/gzip': isGzip,
  'application/x-gzip': isGzip,
  'application/x-compressed-tar': isGzip,
  'application/x-tar': isTar,
  'application/x-gtar': isTar,
};
const HEAD_BYTES = 265;

/** The stated media type without its parameters, when it is one of those that may be uploaded (`text/*`, `application/*+json`). */
export function acceptedType(stated: string, types: readonly string[]): string {
  const named = stated.split(';')[0]?.trim().toLowerCase() ?? '';
  const type = MEDIA_TYPE.test(named) ? named : UNKNOWN;
  if (types.some((pattern) => fits(pattern.toLowerCase(), type))) return type;
  throw new SentinelError(
    'unsupported-media-type',
    `Files of the type ${type} are not taken here. Taken are: ${types.join(', ')}.`,
  );
}

function fits(pattern: string, type: string): boolean {
  const [before = '', ...after] = pattern.split('*');
  if (after.length === 0) return pattern === type;
  const end = after.join('');
  return type.length >= before.length + end.length && type.startsWith(before) && type.endsWith(end);
}

/** Passes the content on, and refuses at its beginning what is not the archive that it is said to be. */
export async function* checkContent(
  content: AsyncIterable<Uint8Array>,
  type: string,
): AsyncGenerator<Uint8Array> {
  const begins = BEGINNINGS[type];
  let head = Buffer.alloc(0);
  let checked = begins === undefined;
  for await (const bytes of content) {
    if (checked) {
      yield bytes;
      continue;
    }
    head = Buffer.concat([head, bytes]);
    if (head.length < HEAD_BYTES) continue;
    requireBeginning(begins, head, type);
    checked = true;
    yield head;
  }
  if (checked) return;
  requireBeginning(begins, head, type);
  yield head;
}

function requireBeginning(begins: ((head: Buffer) => boolean) | undefined, head: Buffer, type: string): void {
  if (begins?.(head) === false)
    throw new SentinelError('unsupported-media-type', `The file is not of the type ${type} that was stated.`);
}

function isZip(head: Buffer): boolean {
  return /^PK(?:\x03\x04|\x05\x06)/.test(head.toString('latin1', 0, 4));
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function isTar(head: Buffer): boolean {
  return head.toString('latin1', 257, 262) === 'ustar';
}
