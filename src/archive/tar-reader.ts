import type { Member } from './archive.ts';
import { ArchiveProblem } from './archive-problem.ts';
import type { Budget } from './limits.ts';

/** Reads tar: ustar, GNU long names and sizes, pax headers (POSIX.1-2001). Links and devices are no files. */
const BLOCK = 512;
const MAX_HEADER_BYTES = 1024 * 1024;

const SPARSE = new ArchiveProblem('archive-unsupported', 'it is a sparse file of GNU tar');

export function isTar(bytes: Uint8Array): boolean {
  if (bytes.length < 262) return false;
  return Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar';
}

export function* readTar(bytes: Buffer, budget: Budget): Generator<Member> {
  let at = 0;
  let pax = new Map<string, string>();
  let longName: string | undefined;
  while (at + BLOCK <= bytes.length) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!checksumFits(header)) throw new ArchiveProblem('archive-broken', 'a header has a wrong checksum');
    const size = sizeOf(header, pax);
    const start = at + BLOCK;
    if (start + size > bytes.length) throw new ArchiveProblem('archive-broken', 'the end is missing');
    const body = bytes.subarray(start, start + size);
    const type = String.fromCharCode(header[156] as number);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    budget.countMember();

    if (type === 'x') pax = paxRecords(body);
    else if (type === 'L') longName = field(body.subarray(0, MAX_HEADER_BYTES), 0, body.length);
    else if (type === 'g' || type === 'K') continue;
    else {
      const name = pax.get('path') ?? longName ?? plainName(header);
      pax = new Map();
      longName = undefined;
      if (type === '0' || type === '\0' || type === '7') yield { name, read: () => spent(body, budget) };
      else if (type === 'S') yield { name, read: () => body, problem: SPARSE };
    }
  }
}

/** The bytes lie in the archive already; they count, so that a nested archive cannot be read endlessly. */
function spent(body: Buffer, budget: Budget): Buffer {
  if (body.length > budget.allowance(body.length))
    throw new ArchiveProblem('archive-limit', 'it is too large');
  budget.spend(body.length);
  return body;
}

function plainName(header: Buffer): string {
  const name = field(header, 0, 100);
  const prefix = field(header, 257, 5) === 'ustar' && header[262] === 0 ? field(header, 345, 155) : '';
  return prefix ? `${prefix}/${name}` : name;
}

function field(bytes: Buffer, start: number, length: number): string {
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
  const text = bytes.toString('latin1').replace(/[\0 ]/g, '');
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

function checksumFits(header: Buffer): boolean {
  const wanted = number(header.subarray(148, 156));
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i] as number;
  return sum === wanted;
}

/** Records `length key=value\n`, the length counting itself. */
function paxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < Math.min(body.length, MAX_HEADER_BYTES)) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(body.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > body.length) break;
    const record = body.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
