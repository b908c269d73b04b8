import type { Member } from './archive.ts';
import { ArchiveProblem } from './archive-problem.ts';
import { inflateRaw } from './compressed.ts';
import type { Budget } from './limits.ts';

/** Reads the zip format (PKWARE APPNOTE 6.3.10) by its central directory: stored and deflated members, zip64. */
export function isZip(head: Uint8Array): boolean {
  return (
    head[0] === 0x50 &&
    head[1] === 0x4b &&
    ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))
  );
}

interface Entry {
  name: string;
  flags: number;
  method: number;
  packed: number;
  size: number;
  offset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record has 22 bytes and a comment of at most 65,535. */
const END_REACH = 22 + 65_535;
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;
const IS_UTF8 = 0x800;
const IS_ENCRYPTED = 1;

export function* readZip(bytes: Buffer, budget: Budget): Generator<Member> {
  let lastEnd = 0;
  for (const entry of inFileOrder(centralDirectory(bytes, budget))) {
    if (entry.name.endsWith('/')) continue;
    // Members that share bytes unpack to more than any ratio per member would say (Fifield's overlapping bomb).
    const overlaps = entry.offset < lastEnd;
    lastEnd = Math.max(lastEnd, entry.offset + 30 + entry.packed);
    const problem = overlaps ? new ArchiveProblem('archive-broken', 'members overlap') : problemOf(entry);
    yield { name: entry.name, read: () => content(bytes, entry, budget), ...(problem ? { problem } : {}) };
  }
}

function inFileOrder(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => a.offset - b.offset);
}

function problemOf({ flags, method }: Entry): ArchiveProblem | undefined {
  if (flags & IS_ENCRYPTED) return new ArchiveProblem('archive-encrypted', 'it is encrypted');
  if (method !== 0 && method !== 8)
    return new ArchiveProblem('archive-unsupported', `compression method ${method}`);
  return undefined;
}

function content(bytes: Buffer, entry: Entry, budget: Budget): Buffer {
  if (entry.offset + 30 > bytes.length || bytes.readUInt32LE(entry.offset) !== LOCAL)
    throw broken('a local header');
  const start =
    entry.offset + 30 + bytes.readUInt16LE(entry.offset + 26) + bytes.readUInt16LE(entry.offset + 28);
  if (start + entry.packed > bytes.length) throw broken('the end of a member');
  const packed = bytes.subarray(start, start + entry.packed);
  if (entry.method === 8) return inflateRaw(packed, budget);
  if (packed.length > budget.allowance(packed.length))
    throw new ArchiveProblem('archive-limit', 'it is too large');
  budget.spend(packed.length);
  return packed;
}

function centralDirectory(bytes: Buffer, budget: Budget): Entry[] {
  const { count, offset } = endRecord(bytes);
  const entries: Entry[] = [];
  let at = offset;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw broken('the central directory');
    budget.countMember();
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const flags = bytes.readUInt16LE(at + 8);
    const name = bytes.subarray(at + 46, at + 46 + nameLength);
    const entry: Entry = {
      name: name.toString(flags & IS_UTF8 ? 'utf8' : 'latin1'),
      flags,
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    };
    entries.push(withZip64(entry, bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)));
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
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

function endRecord(bytes: Buffer): { count: number; offset: number } {
  const stop = Math.max(0, bytes.length - END_REACH);
  for (let at = bytes.length - 22; at >= stop; at--) {
    if (bytes.readUInt32LE(at) !== END) continue;
    const count = bytes.readUInt16LE(at + 10);
    const offset = bytes.readUInt32LE(at + 16);
    return count === FULL_16 || offset === FULL_32
      ? (endRecord64(bytes, at) ?? { count, offset })
      : { count, offset };
  }
  throw broken('the end of the central directory');
}

function endRecord64(bytes: Buffer, end: number): { count: number; offset: number } | undefined {
  const locator = end - 20;
  if (locator < 0 || bytes.readUInt32LE(locator) !== LOCATOR_64) return undefined;
  const at = safeNumber(bytes.readBigUInt64LE(locator + 8));
  if (at + 56 > bytes.length || bytes.readUInt32LE(at) !== END_64) throw broken('the 64-bit end record');
  return {
    count: safeNumber(bytes.readBigUInt64LE(at + 32)),
    offset: safeNumber(bytes.readBigUInt64LE(at + 48)),
  };
}

function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('a size');
  return Number(value);
}

function broken(what: string): ArchiveProblem {
  return new ArchiveProblem('archive-broken', `${what} is missing or wrong`);
}
