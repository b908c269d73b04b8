import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { ArchiveProblem } from './archive-problem.ts';
import type { UnpackedMember } from './unpack-to-folder.ts';

/** Reads the zip format (PKWARE APPNOTE 6.3.10) from a file by its central directory, one member at a time. */
interface Entry {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
  /** File type bits of a Unix mode, 0 where the archive does not say. */
  fileType: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record has 22 bytes and a comment of at most 65,535; the 64-bit locator before it has 20. */
const END_REACH = 20 + 22 + 65_535;
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;
const IS_UTF8 = 0x800;
const IS_ENCRYPTED = 1;
const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
/** About 50 bytes and a name for each member. */
const MAX_DIRECTORY = 64 * 1024 * 1024;

export async function* zipMembers(
  file: FileHandle,
  path: string,
  maxMembers: number,
): AsyncGenerator<UnpackedMember> {
  const { size } = await file.stat();
  const entries = (await centralDirectory(file, size, maxMembers)).sort((a, b) => a.offset - b.offset);
  let lastEnd = 0;
  for (const entry of entries) {
    const name = entry.name.replaceAll('\\', '/');
    // Members that share bytes unpack to more than any ratio per member would say (Fifield's overlapping bomb).
    if (entry.offset < lastEnd) throw new ArchiveProblem('archive-broken', 'members overlap');
    lastEnd = entry.offset + 30 + entry.packed;
    if (entry.fileType === LINK) yield { name, skipped: 'symbolic link' };
    else if (![0, REGULAR, FOLDER].includes(entry.fileType)) yield { name, skipped: 'device' };
    else if (name.endsWith('/') || entry.fileType === FOLDER) yield { name, folder: true };
    else if (entry.flags & IS_ENCRYPTED) yield { name, unread: 'it is encrypted' };
    else if (entry.method !== 0 && entry.method !== 8)
      yield { name, unread: `compression method ${entry.method} is not supported` };
    else yield { name, packed: entry.packed, content: () => content(file, path, entry) };
  }
}

async function* content(file: FileHandle, path: string, entry: Entry): AsyncGenerator<Uint8Array> {
  const local = await bytesAt(file, entry.offset, 30, 'a local header');
  if (local.readUInt32LE(0) !== LOCAL) throw broken('a local header');
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  let sum = 0;
  let size = 0;
  for await (const bytes of unpacked(path, start, entry)) {
    sum = crc32(bytes, sum);
    size += bytes.length;
    yield bytes;
  }
  if (sum !== entry.crc || size !== entry.size)
    throw new ArchiveProblem('archive-broken', 'a checksum does not fit');
}

async function* unpacked(path: string, start: number, { packed, method }: Entry): AsyncGenerator<Buffer> {
  if (packed === 0) return;
  const source = createReadStream(path, { start, end: start + packed - 1 });
  if (method === 0) {
    yield* source;
    return;
  }
  const inflate = createInflateRaw();
  pipeline(source, inflate, () => undefined);
  try {
    yield* inflate;
  } catch (error) {
    if (error instanceof ArchiveProblem) throw error;
    throw new ArchiveProblem('archive-broken', 'the packed data is damaged');
  } finally {
    inflate.destroy();
    source.destroy();
  }
}

async function centralDirectory(file: FileHandle, fileSize: number, maxMembers: number): Promise<Entry[]> {
  const { count, offset, end } = await endRecord(file, fileSize);
  if (count > maxMembers) throw new ArchiveProblem('archive-limit', `more than ${maxMembers} members`);
  if (offset > end) throw broken('the central directory');
  if (end - offset > MAX_DIRECTORY)
    throw new ArchiveProblem('archive-limit', 'the central directory is too large');
  const bytes = await bytesAt(file, offset, end - offset, 'the central directory');
  const entries: Entry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw broken('the central directory');
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const flags = bytes.readUInt16LE(at + 8);
    const nameEnd = at + 46 + nameLength;
    if (nameEnd + extraLength > bytes.length) throw broken('the central directory');
    const entry: Entry = {
      name: bytes.toString(flags & IS_UTF8 ? 'utf8' : 'latin1', at + 46, nameEnd),
      flags,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
      fileType: (bytes.readUInt32LE(at + 38) >>> 16) & TYPE_MASK,
    };
    entries.push(withZip64(entry, bytes.subarray(nameEnd, nameEnd + extraLength)));
    at = nameEnd + extraLength + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** Extra field 1 holds, in this order, each of the numbers that did not fit. */
function withZip64(entry: Entry, extra: Buffer): Entry {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let field = at + 4;
    const next = () => {
      if (field + 8 > extra.length) throw broken('a 64-bit size');
      field += 8;
      return safeNumber(extra.readBigUInt64LE(field - 8));
    };
    if (entry.size === FULL_32) entry.size = next();
    if (entry.packed === FULL_32) entry.packed = next();
    if (entry.offset === FULL_32) entry.offset = next();
    return entry;
  }
  return entry;
}

async function endRecord(
  file: FileHandle,
  fileSize: number,
): Promise<{ count: number; offset: number; end: number }> {
  const from = Math.max(0, fileSize - END_REACH);
  const tail = await bytesAt(file, from, fileSize - from, 'the end');
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END) continue;
    const count = tail.readUInt16LE(at + 10);
    const offset = tail.readUInt32LE(at + 16);
    if (count !== FULL_16 && offset !== FULL_32) return { count, offset, end: from + at };
    return (await endRecord64(file, tail, at)) ?? { count, offset, end: from + at };
  }
  throw broken('the end of the central directory');
}

async function endRecord64(
  file: FileHandle,
  tail: Buffer,
  end: number,
): Promise<{ count: number; offset: number; end: number } | undefined> {
  const locator = end - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR_64) return undefined;
  const at = safeNumber(tail.readBigUInt64LE(locator + 8));
  const record = await bytesAt(file, at, 56, 'the 64-bit end record');
  if (record.readUInt32LE(0) !== END_64) throw broken('the 64-bit end record');
  return {
    count: safeNumber(record.readBigUInt64LE(32)),
    offset: safeNumber(record.readBigUInt64LE(48)),
    end: at,
  };
}

async function bytesAt(file: FileHandle, at: number, count: number, what: string): Promise<Buffer> {
  const buffer = Buffer.alloc(count);
  const { bytesRead } = await file.read(buffer, 0, count, at);
  if (bytesRead < count) throw broken(what);
  return buffer;
}

function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('a size');
  return Number(value);
}

function broken(what: string): ArchiveProblem {
  return new ArchiveProblem('archive-broken', `${what} is missing or wrong`);
}
