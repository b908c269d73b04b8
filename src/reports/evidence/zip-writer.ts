import { crc32, createDeflateRaw } from 'node:zlib';
import { SentinelError } from '../../lib/errors.ts';

/** Without the longer fields of ZIP64, which few programs wrote before 2005 and all read since: files end at 4 GB. */
const MOST_BYTES = 0xffff_ffff;
const MOST_FILES = 0xffff;
/** 1980-01-01, the first time that the format knows: the same contents are the same file. */
const DOS_DATE = 0x21;
/** Sizes and checksum stand behind the contents; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATE = 8;

export interface ZipMember {
  name: string;
  content(): AsyncIterable<Uint8Array>;
}

interface Written {
  name: Buffer;
  crc: number;
  packed: number;
  size: number;
  at: number;
}

/** A ZIP file (APPNOTE 6.3) as it is made: nothing of its members is held in memory, and nothing tells when it was made. */
export async function* zipOf(members: AsyncIterable<ZipMember>): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let at = 0;
  const send = (bytes: Buffer): Buffer => {
    at += bytes.length;
    if (at > MOST_BYTES)
      throw new SentinelError('too-large', 'The pack would be larger than 4 GB: take a shorter time.');
    return bytes;
  };
  for await (const { name, content } of members) {
    const entry: Written = { name: Buffer.from(name), crc: 0, packed: 0, size: 0, at };
    yield send(Buffer.concat([localHeader(entry.name), entry.name]));
    for await (const piece of packed(content(), entry)) {
      entry.packed += piece.length;
      yield send(piece);
    }
    yield send(descriptor(entry));
    written.push(entry);
  }
  if (written.length > MOST_FILES)
    throw new SentinelError('too-large', 'The pack would have too many files.');
  const start = at;
  for (const entry of written) yield send(centralHeader(entry));
  yield send(endOf({ count: written.length, size: at - start, start }));
}

async function* packed(content: AsyncIterable<Uint8Array>, entry: Written): AsyncGenerator<Buffer> {
  async function* counted() {
    for await (const piece of content) {
      entry.crc = crc32(piece, entry.crc);
      entry.size += piece.length;
      if (entry.size > MOST_BYTES)
        throw new SentinelError(
          'too-large',
          'A part of the pack would be larger than 4 GB: take a shorter time.',
        );
      yield piece;
    }
  }
  const deflate = createDeflateRaw({ level: 6 });
  const feeding = (async () => {
    try {
      for await (const piece of counted())
        if (!deflate.write(piece)) await new Promise((resolve) => deflate.once('drain', resolve));
      deflate.end();
    } catch (error) {
      deflate.destroy(error as Error);
    }
  })();
  for await (const piece of deflate) yield piece as Buffer;
  await feeding;
}

function localHeader(name: Buffer): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(0x0403_4b50, 0);
  bytes.writeUInt16LE(20, 4);
  bytes.writeUInt16LE(FLAGS, 6);
  bytes.writeUInt16LE(DEFLATE, 8);
  bytes.writeUInt16LE(DOS_DATE, 12);
  bytes.writeUInt16LE(name.length, 26);
  return bytes;
}

function descriptor({ crc, packed: packedSize, size }: Written): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x0807_4b50, 0);
  bytes.writeUInt32LE(crc, 4);
  bytes.writeUInt32LE(packedSize, 8);
  bytes.writeUInt32LE(size, 12);
  return bytes;
}

function centralHeader({ name, crc, packed: packedSize, size, at }: Written): Buffer {
  const bytes = Buffer.alloc(46);
  bytes.writeUInt32LE(0x0201_4b50, 0);
  bytes.writeUInt16LE(20, 4);
  bytes.writeUInt16LE(20, 6);
  bytes.writeUInt16LE(FLAGS, 8);
  bytes.writeUInt16LE(DEFLATE, 10);
  bytes.writeUInt16LE(DOS_DATE, 14);
  bytes.writeUInt32LE(crc, 16);
  bytes.writeUInt32LE(packedSize, 20);
  bytes.writeUInt32LE(size, 24);
  bytes.writeUInt16LE(name.length, 28);
  bytes.writeUInt32LE(at, 42);
  return Buffer.concat([bytes, name]);
}

function endOf({ count, size, start }: { count: number; size: number; start: number }): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x0605_4b50, 0);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(start, 16);
  return bytes;
}
