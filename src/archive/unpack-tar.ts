import { ArchiveProblem } from './archive-problem.ts';
import { type ByteReader, byteReader } from './byte-reader.ts';
import type { UnpackedMember } from './unpack-to-folder.ts';

/** Reads a tar as it streams by: ustar, GNU long names and sizes, pax headers (POSIX.1-2001). */
const BLOCK = 512;
const MAX_HEADER_BYTES = 1024 * 1024;

const SKIPPED: Record<string, string> = {
  '1': 'hard link',
  '2': 'symbolic link',
  '3': 'device',
  '4': 'device',
  '6': 'named pipe',
  S: 'sparse file',
};

export async function* tarMembers(content: AsyncIterable<Uint8Array>): AsyncGenerator<UnpackedMember> {
  const reader = byteReader(content);
  try {
    yield* membersOf(reader);
  } finally {
    await reader.close();
  }
}

async function* membersOf(reader: ByteReader): AsyncGenerator<UnpackedMember> {
  let pax = new Map<string, string>();
  let longName: string | undefined;
  for (;;) {
    const header = await reader.read(BLOCK);
    // A tar that ends without its two empty blocks is accepted by every other program too.
    if (header === undefined || header.every((byte) => byte === 0)) break;
    if (header.length < BLOCK || !checksumFits(header))
      throw new ArchiveProblem('archive-broken', 'a header is damaged');
    const size = sizeOf(header, pax);
    const type = String.fromCharCode(header[156] as number);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (type === 'x' || type === 'L' || type === 'g' || type === 'K') {
      if (size > MAX_HEADER_BYTES) throw new ArchiveProblem('archive-limit', 'a header is too large');
      const body = await whole(reader.read(size + padding), size + padding);
      if (type === 'x') pax = paxRecords(body.subarray(0, size));
      else if (type === 'L') longName = text(body, 0, size);
      continue;
    }
    const name = pax.get('path') ?? longName ?? plainName(header);
    pax = new Map();
    longName = undefined;
    if (type === '5') yield { name, folder: true };
    else if (type === '0' || type === '\0' || type === '7') {
      let left = size;
      yield {
        name,
        packed: size,
        async *content() {
          for await (const piece of reader.take(size)) {
            left -= piece.length;
            yield piece;
          }
          if (left > 0) throw new ArchiveProblem('archive-broken', 'the end is missing');
        },
      };
      if (left > 0) await drain(reader.take(left));
    } else {
      yield { name, skipped: SKIPPED[type] ?? `member of type ${JSON.stringify(type)}` };
      await drain(reader.take(size));
    }
    await drain(reader.take(padding));
  }
  // What stands behind the end counts for the limits, and is left alone.
}

async function whole(bytes: Promise<Buffer | undefined>, size: number): Promise<Buffer> {
  const found = (await bytes) ?? Buffer.alloc(0);
  if (found.length < size) throw new ArchiveProblem('archive-broken', 'the end is missing');
  return found;
}

async function drain(content: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of content);
}

function plainName(header: Buffer): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 5) === 'ustar' && header[262] === 0 ? text(header, 345, 155) : '';
  return prefix ? `${prefix}/${name}` : name;
}

function text(bytes: Buffer, start: number, length: number): string {
  const part = bytes.subarray(start, start + length);
  const end = part.indexOf(0);
  return part.toString('utf8', 0, end < 0 ? part.length : end);
}

function sizeOf(header: Buffer, pax: ReadonlyMap<string, string>): number {
  const size = pax.has('size') ? Number(pax.get('size')) : number(header.subarray(124, 136));
  if (!Number.isSafeInteger(size) || size < 0) throw new ArchiveProblem('archive-broken', 'a size is wrong');
  return size;
}

/** Octal digits, or (GNU) a big-endian number when the first bit is set. */
function number(bytes: Buffer): number {
  if ((bytes[0] as number) & 0x80) {
    let value = 0;
    for (const byte of bytes.subarray(1)) value = value * 256 + byte;
    return value;
  }
  const digits = bytes.toString('latin1').replace(/[\0 ]/g, '');
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function checksumFits(header: Buffer): boolean {
  const wanted = number(header.subarray(148, 156));
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += header[at] as number;
  return sum === wanted;
}

/** Records `length key=value\n`, the length counting itself. */
function paxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(body.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > body.length)
      throw new ArchiveProblem('archive-broken', 'a pax header is damaged');
    const record = body.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
