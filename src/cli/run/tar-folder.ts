import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a tar of a folder leaves out: links and special files have no content of their own. */
export interface TarReport {
  files: number;
  skipped: number;
}

const BLOCK = 512;
/** Eleven octal digits; beyond, the size stands in a pax header. */
const LARGEST_USTAR = 0o77777777777;

/** A folder as a tar (POSIX.1-2001: ustar with pax headers), read as it is sent. Names are relative to the folder. */
export async function* tarFolder(folder: string, report: TarReport): AsyncGenerator<Buffer> {
  for await (const name of filesBelow(folder, '', report)) {
    const path = join(folder, name);
    const { size } = await lstat(path);
    yield* headersOf(name, size);
    let left = size;
    // A file that grows while it is read keeps the size that was announced; one that shrinks is filled with zeros.
    if (size > 0)
      for await (const chunk of createReadStream(path, { end: size - 1 })) {
        left -= (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    const padding = left + ((BLOCK - (size % BLOCK)) % BLOCK);
    if (padding > 0) yield Buffer.alloc(padding);
    report.files += 1;
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function* filesBelow(folder: string, below: string, report: TarReport): AsyncGenerator<string> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, name, report);
    else if (entry.isFile()) yield name;
    else report.skipped += 1;
  }
}

function* headersOf(name: string, size: number): Generator<Buffer> {
  const short = Buffer.byteLength(name) <= 100;
  const records = [
    ...(short ? [] : [record('path', name)]),
    ...(size <= LARGEST_USTAR ? [] : [record('size', String(size))]),
  ];
  if (records.length > 0) {
    const body = Buffer.concat(records);
    yield header('pax', body.length, 'x');
    yield Buffer.concat([body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
  }
  yield header(short ? name : 'long', Math.min(size, LARGEST_USTAR), '0');
}

function header(name: string, size: number, type: 'x' | '0'): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'utf8');
  block.write('0000644\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('00000000000\0', 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `length key=value\n`, the length counting itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}
